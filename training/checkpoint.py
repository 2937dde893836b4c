"""What a checkpoint says of itself beside its network."""

import io

import torch


def recipe_of(checkpoint: bytes) -> str | None:
    """The sha256 of the recipe that trained it, None where it names none. It is a pickle that ``load_network`` took."""
    content: dict[str, object] = torch.load(io.BytesIO(checkpoint), map_location="cpu", weights_only=False)
    recipe = content.get("recipe")
    return None if recipe is None else str(recipe)
