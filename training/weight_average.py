"""The weighted mean of checkpoints that went on from one another: often better than each of them.

Izmailov et al. 2018, Averaging Weights Leads to Wider Optima and Better Generalization.
"""

from collections.abc import Sequence
from pathlib import Path

import torch

from inference.backends.torch import load_network
from model.errors import ModelError
from training.checkpoint import digest_of, read_checkpoint, recipe_of, write_checkpoint


def average(checkpoints: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Write a checkpoint whose weights, running means and variances are the mean of the others', and whose recipe and
    set are the last one's: it starts from those before. A checkpoint is a pickle: give only files of your own.

    Raises ``ModelError``: ``model.labels_mismatch`` for networks that do not fit together, ``model.recipe_invalid`` for
    shares that make no mean, ``model.weights_missing``, and those of ``load_network``.
    """
    if len(checkpoints) < 2 or len(shares) != len(checkpoints) or min(shares) <= 0:
        raise ModelError("recipe_invalid", "two checkpoints or more, each with a share above 0")
    contents = [read_checkpoint(path) for path in checkpoints]
    networks = [load_network(content) for content in contents]
    states = [network.state_dict() for network in networks]
    for path, network, state in zip(checkpoints, networks, states, strict=True):
        if network.names != networks[0].names or _shapes(state) != _shapes(states[0]):
            raise ModelError("labels_mismatch", f"{path.name} is not a network like {checkpoints[0].name}")
    for name, value in states[0].items():
        if value.dtype.is_floating_point:
            value.copy_(sum(state[name] * (share / sum(shares)) for state, share in zip(states, shares, strict=True)))
    said = {"recipe": recipe_of(contents[-1]), "digest": digest_of(contents[-1])}
    write_checkpoint(out, {"model": networks[0].half(), "ema": None, **said})


def _shapes(state: dict[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in state.items()}
