"""Checkpoints on disk: what one says of itself beside its network, and how it is read and written."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from model.errors import ModelError
from training.recipe import Recipe
from training.whole_files import replace


def read_checkpoint(path: Path) -> bytes:
    """Raises ``ModelError`` ``model.weights_missing``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError("weights_missing", str(path)) from error


def first_checkpoint(recipe: Recipe, path: Path) -> bytes:
    """A checkpoint is a pickle: it is read only when its hash is the recipe's. Raises ``ModelError``:
    ``model.weights_missing``, ``weights_corrupt``."""
    content = read_checkpoint(path)
    if hashlib.sha256(content).hexdigest() != recipe.start:
        raise ModelError("weights_corrupt", f"{path.name} is not the checkpoint that the recipe starts from")
    return content


def recipe_of(checkpoint: bytes) -> str | None:
    """The sha256 of the recipe that trained it, None where it names none. It is a pickle that ``load_network`` took."""
    return _said(checkpoint, "recipe")


def digest_of(checkpoint: bytes) -> str | None:
    """The digest of the prepared set that it learned from, None where it names none. A pickle, as above."""
    return _said(checkpoint, "digest")


def _said(checkpoint: bytes, name: str) -> str | None:
    content: dict[str, object] = torch.load(io.BytesIO(checkpoint), map_location="cpu", weights_only=False)
    said = content.get(name)
    return None if said is None else str(said)


def read_state(path: Path, device: torch.device) -> dict[str, Any]:
    """The state of a run. Raises ``ModelError`` ``model.weights_unreadable`` for a file that is none."""
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        missing = {"recipe", "step", "spent", "network", "average", "optimiser"} - state.keys()
    except Exception as error:  # what is broken in it may raise anything
        text = f"{path}: {str(error).splitlines()[0] if str(error) else type(error).__name__}: begin a new run"
        raise ModelError("weights_unreadable", text) from error
    if missing:
        raise ModelError("weights_unreadable", f"{path} lacks {', '.join(sorted(missing))}: begin a new run")
    return state


def write_checkpoint(path: Path, content: Mapping[str, object]) -> None:
    """Whole or not at all. Makes the folder."""
    file = io.BytesIO()
    torch.save(content, file)
    replace(path, file.getvalue())
