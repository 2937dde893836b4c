"""A checkpoint becomes an ONNX file that says the same, with papers that hold."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.taxonomy import read_taxonomy
from inference.detector import Detector
from model.errors import ModelError
from model.registry import verify

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """An untrained YOLO26n with given labels, saved as Ultralytics saves: in half precision. ``said``: beside it."""

    def save(labels: tuple[str, ...], **said: Any) -> Path:
        from inference.backends.torch import keep_ultralytics_to_itself

        keep_ultralytics_to_itself()
        import torch
        from ultralytics.nn.tasks import DetectionModel

        torch.manual_seed(0)
        network: Any = DetectionModel("yolo26n.yaml", nc=len(labels), verbose=False)
        network.names = dict(enumerate(labels))
        path = tmp_path_factory.mktemp("checkpoint") / "untrained.pt"
        torch.save({"model": network.half(), **said}, path)
        return path

    return save


def test_the_exported_network_answers_as_the_checkpoint(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    from training.export import ExportRecipe, export

    path = checkpoint(tuple(read_taxonomy("joint-v0")))
    manifest = export(path, tmp_path, ExportRecipe(name="joint-v0", version="9"))
    assert verify(tmp_path / "joint-v0") == manifest
    assert manifest.checkpoint.bytes == path.stat().st_size
    batch = np.random.default_rng(0).integers(0, 256, (2, 160, 224, 3), dtype=np.uint8)
    expected = Detector.load(tmp_path / "joint-v0", "torch", checkpoint=path).backend.run(batch)
    for name in ("openvino", "onnx"):
        backend: Any = name
        found = Detector.load(tmp_path / "joint-v0", backend).backend.run(batch)
        np.testing.assert_allclose(found[:, :4], expected[:, :4], atol=0.05)
        np.testing.assert_allclose(found[:, 4:], expected[:, 4:], atol=1e-4)


@pytest.mark.parametrize("recipe", ["c" * 64, None])
def test_the_manifest_names_the_recipe_that_the_checkpoint_names(
    checkpoint: Callable[..., Path], tmp_path: Path, recipe: str | None
) -> None:
    from training.export import ExportRecipe, export

    path = checkpoint(tuple(read_taxonomy("joint-v0")), **({"recipe": recipe} if recipe else {}))
    export(path, tmp_path, ExportRecipe(name="joint-v0", version="9"))
    assert verify(tmp_path / "joint-v0").recipe == recipe


def test_an_export_over_another_detector_is_whole_or_not_there(
    checkpoint: Callable[..., Path], tmp_path: Path, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    """Killed before the manifest is renamed, after the weights are."""
    from training.export import ExportRecipe, export

    labels = tuple(read_taxonomy("joint-v0"))
    old = export(checkpoint(labels), tmp_path, ExportRecipe(name="joint-v0", version="9", half=False))
    recipe = ExportRecipe(name="joint-v0", version="10")
    assert not survives(4, lambda: export(checkpoint(labels), tmp_path, recipe))
    assert verify(tmp_path / "joint-v0") == old
    assert verify(tmp_path / "joint-v0") != export(checkpoint(labels), tmp_path, recipe)
    assert verify(tmp_path / "joint-v0").version == "10"


def test_an_export_that_is_killed_again_and_again_ends_as_one_that_was_not(
    checkpoint: Callable[..., Path], tmp_path: Path, killable: Callable[..., dict[str, int] | None]
) -> None:
    """By signal 9, before the weights are in their place and before the manifest is."""
    from training.export import ExportRecipe, export

    path = checkpoint(tuple(read_taxonomy("joint-v0")))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for out in (whole, killed):
        old = export(path, out, ExportRecipe(name="joint-v0", version="9", half=False))
    words = ["export", str(path), "--name", "joint-v0", "--version", "10", "--out"]
    for at in (("file", 1), ("manifest", 1)):
        assert killable([*words, str(killed)], at) is None
        assert verify(killed / "joint-v0") == old
    assert killable([*words, str(whole)]) is not None
    assert killable([*words, str(killed)]) is not None
    files = [{item.name: item.read_bytes() for item in (out / "joint-v0").iterdir()} for out in (whole, killed)]
    assert files[0] == files[1]
    assert verify(killed / "joint-v0").version == "10"


def test_half_storage_halves_the_file_and_nothing_else(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    from training.export import ExportRecipe, export

    path = checkpoint(tuple(read_taxonomy("joint-v0")))
    full = export(path, tmp_path / "full", ExportRecipe(name="joint-v0", version="9", half=False))
    half = export(path, tmp_path / "half", ExportRecipe(name="joint-v0", version="9"))
    assert half.weights.bytes < 0.6 * full.weights.bytes
    batch = np.random.default_rng(0).integers(0, 256, (1, 96, 96, 3), dtype=np.uint8)
    outputs = [Detector.load(tmp_path / kind / "joint-v0", "onnx").backend.run(batch) for kind in ("full", "half")]
    np.testing.assert_array_equal(*outputs)


def test_labels_out_of_order_are_refused(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    from training.export import ExportRecipe, export

    labels = tuple(reversed(tuple(read_taxonomy("joint-v0"))))
    with pytest.raises(ModelError) as caught:
        export(checkpoint(labels), tmp_path, ExportRecipe(name="joint-v0", version="9"))
    assert caught.value.code == "model.labels_mismatch"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "code"), [(None, "model.weights_missing"), (b"no pickle", "model.weights_unreadable")]
)
def test_what_is_no_checkpoint_is_named(content: bytes | None, code: str, tmp_path: Path) -> None:
    from training.export import ExportRecipe, export

    path = tmp_path / "x.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        export(path, tmp_path, ExportRecipe(name="joint-v0", version="9"))
    assert caught.value.code == code
