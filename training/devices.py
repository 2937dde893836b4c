"""What a run computes on."""

import torch

from model.errors import ModelError


def device_of(name: str) -> torch.device:
    """``cpu``, ``cuda`` or ``cuda:N``, once something was computed there. Raises ``ModelError``
    ``model.device_unusable``."""
    try:
        device = torch.device(name)
        usable = device.type in ("cpu", "cuda")
        if usable:
            torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:  # a torch without CUDA asserts
        raise ModelError("device_unusable", f"{name}: {str(error).splitlines()[0]}") from error
    if not usable:
        raise ModelError("device_unusable", f"{name}: one of cpu, cuda, cuda:N")
    return device
