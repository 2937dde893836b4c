"""An answer as it is sent, the first time or again."""

from dataclasses import dataclass, field
from typing import Final

from fastapi import Response

from claims.repository.idempotency import Answer

REPLAYED: Final = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and whether it was given before."""

    answer: Answer = field(repr=False)
    replayed: bool

    def response(self) -> Response:
        """It, as it is sent. What a case holds is nobody's to keep on the way."""
        told = {REPLAYED: "true"} if self.replayed else {}
        headers = {"Cache-Control": "no-store", **self.answer.headers, **told}
        kind = "application/json" if self.answer.body else None
        return Response(self.answer.body, self.answer.status, headers, kind)
