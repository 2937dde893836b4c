"""The mean of checkpoints is the mean of their weights, or is refused."""

import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]


def _checkpoint(file: Path, seed: int, labels: int = 2, **said: str) -> Path:
    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(seed)
    network: Any = DetectionModel("yolo26n.yaml", nc=labels, verbose=False)
    for layer in network.modules():
        if hasattr(layer, "running_var"):
            layer.running_var.fill_(seed + 1.0)
    network.names = dict(enumerate("abc"[:labels]))
    content = io.BytesIO()
    torch.save({"model": network, **said}, content)
    file.write_bytes(content.getvalue())
    return file


def test_every_weight_and_running_figure_is_the_weighted_mean(tmp_path: Path) -> None:
    import torch

    from inference.backends.torch import load_network
    from training.weight_average import average

    files = [_checkpoint(tmp_path / f"{seed}.pt", seed) for seed in (0, 1)]
    average(files, [1.0, 3.0], tmp_path / "deep" / "mean.pt")
    one, other, mean = (load_network(f.read_bytes()).state_dict() for f in (*files, tmp_path / "deep" / "mean.pt"))
    for name, value in mean.items():
        if value.dtype.is_floating_point:
            torch.testing.assert_close(value, (one[name] * 0.25 + other[name] * 0.75).half().float())
    variances = [value for name, value in mean.items() if name.endswith("running_var")]
    assert variances
    assert all(bool((value == 1.75).all()) for value in variances)


def test_a_mean_that_is_killed_while_it_is_written_leaves_what_was_there(
    tmp_path: Path, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    from training.weight_average import average

    files, out = [_checkpoint(tmp_path / f"{seed}.pt", seed) for seed in (0, 1)], tmp_path / "mean.pt"
    average(files, [1.0, 1.0], out)
    before = out.read_bytes()
    for deadly in (1, 2):
        assert not survives(deadly, lambda: average(files, [1.0, 3.0], out))
        assert out.read_bytes() == before
    average(files, [1.0, 3.0], out)
    assert out.read_bytes() != before


def test_the_mean_names_the_recipe_and_the_set_of_the_last(tmp_path: Path) -> None:
    from training.checkpoint import digest_of, recipe_of
    from training.weight_average import average

    plain = _checkpoint(tmp_path / "0.pt", 0)
    said = {seed: {"recipe": str(seed) * 64, "digest": str(seed + 7) * 64} for seed in (1, 2)}
    trained = [_checkpoint(tmp_path / f"{seed}.pt", seed, **said[seed]) for seed in (1, 2)]
    for files, recipe in ((trained, "2" * 64), ([plain, *trained], "2" * 64), ([*trained, plain], None)):
        average(files, [1.0] * len(files), tmp_path / "mean.pt")
        content = (tmp_path / "mean.pt").read_bytes()
        assert recipe_of(content) == recipe
        assert digest_of(content) == (None if recipe is None else "9" * 64)


def test_a_checkpoint_that_is_missing_is_named(tmp_path: Path) -> None:
    from training.weight_average import average

    there = _checkpoint(tmp_path / "0.pt", 0)
    with pytest.raises(ModelError, match=r"none\.pt") as caught:
        average([there, tmp_path / "none.pt"], [1.0, 1.0], tmp_path / "mean.pt")
    assert caught.value.code == "model.weights_missing"
    assert not (tmp_path / "mean.pt").exists()


@pytest.mark.parametrize(("shares", "files"), [([1.0], 1), ([1.0], 2), ([1.0, 0.0], 2), ([1.0, -1.0], 2)])
def test_shares_that_make_no_mean_are_refused(shares: list[float], files: int, tmp_path: Path) -> None:
    from training.weight_average import average

    with pytest.raises(ModelError, match="each with a share") as caught:
        average([tmp_path / "none.pt"] * files, shares, tmp_path / "mean.pt")
    assert caught.value.code == "model.recipe_invalid"


def test_other_labels_are_refused(tmp_path: Path) -> None:
    from training.weight_average import average

    files = [_checkpoint(tmp_path / "0.pt", 0), _checkpoint(tmp_path / "1.pt", 1, labels=3)]
    with pytest.raises(ModelError) as caught:
        average(files, [1.0, 1.0], tmp_path / "mean.pt")
    assert caught.value.code == "model.labels_mismatch"
    assert not (tmp_path / "mean.pt").exists()
