"""Papers kept as JSON beside a detector: what an evaluation or a study found, to be read again and checked."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import ModelError


class Paper(BaseModel):
    """Frozen, of finite numbers, and nothing in it that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises ``ModelError`` ``model.data_unreadable``."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise ModelError("data_unreadable", f"{path.name}: {error}") from error
