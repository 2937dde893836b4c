"""Documents of a case: where they are, and how a file is handed out."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from claims.desk.photos import PhotoFile
from claims.materials import Material
from claims.repository.materials import Received

_ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heif": "heic",
}


class MaterialOut(BaseModel):
    """A document that was handed in, or a photo that serves as one. `href`, null where no file was kept, has it."""

    model_config = ConfigDict(frozen=True)

    material: Material
    sha256: str | None
    href: str | None
    media_type: str | None
    added_at: datetime

    @classmethod
    def of(cls, received: Received) -> Self:
        """Of a row."""
        return cls(
            material=received.material,
            sha256=received.sha256,
            href=received.sha256 and document_address(received.claim, received.material, received.sha256),
            media_type=received.media_type,
            added_at=received.added_at,
        )


def document_address(claim: UUID, material: Material, sha256: str) -> str:
    """Where a document is."""
    return f"/v1/claims/{claim}/materials/{material}/{sha256}"


def attached(file: PhotoFile, material: Material) -> Response:
    """To be saved, never opened by a browser in the name of this service, whatever the file holds."""
    name = f"{material}.{_ENDINGS.get(file.media_type, 'bin')}"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, headers=headers, media_type=file.media_type)
