"""Weights are loaded only as their manifest vouches for them."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ModelError
from model.manifest import FileRef, Manifest
from model.papers import Quantised, QuantisedFigure
from model.registry import (
    DEFAULT_MODEL,
    MANIFEST,
    default_model,
    list_models,
    load_weights,
    model_dir,
    read_manifest,
    read_verified,
    ship,
    shipped_weights,
    verify,
)

SHIPPED = shipped_weights() / DEFAULT_MODEL
WEIGHTS = Manifest.read(SHIPPED / MANIFEST).weights.file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / DEFAULT_MODEL)


def test_the_shipped_model_is_listed_and_sound() -> None:
    assert DEFAULT_MODEL in list_models(shipped_weights())
    assert verify(model_dir(shipped_weights())).name == DEFAULT_MODEL


def test_what_was_hashed_is_what_is_returned() -> None:
    weights = load_weights(SHIPPED)
    assert hashlib.sha256(weights.content).hexdigest() == weights.manifest.weights.sha256
    assert len(weights.content) == weights.manifest.weights.bytes <= 25_000_000


def test_an_unknown_model_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(ModelError, match=DEFAULT_MODEL) as caught:
        model_dir(folder.parent, "joint-v9")
    assert caught.value.code == "model.unknown"


def test_no_models_without_a_folder(tmp_path: Path) -> None:
    assert list_models(tmp_path / "nowhere") == []


@given(position=st.floats(min_value=0, max_value=1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_is_corrupt(position: float, bit: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = bytearray(b"weights" * 100)
    expected = FileRef(file="w.onnx", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    content[int(position * len(content))] ^= 1 << bit
    path = tmp_path_factory.mktemp("flipped") / "w.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read_verified(path, expected)
    assert caught.value.code == "model.weights_corrupt"


def test_a_flipped_byte_of_the_shipped_weights_stops_the_load(folder: Path) -> None:
    path = folder / WEIGHTS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_weights(folder)
    assert caught.value.code == "model.weights_corrupt"


def test_truncated_weights_are_corrupt(folder: Path) -> None:
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError) as caught:
        verify(folder)
    assert caught.value.code == "model.weights_corrupt"


@pytest.mark.parametrize(("file", "code"), [(WEIGHTS, "model.weights_missing"), (MANIFEST, "model.manifest_missing")])
def test_a_missing_file_is_named(folder: Path, file: str, code: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ModelError) as caught:
        load_weights(folder)
    assert caught.value.code == code


def test_the_default_is_the_one_that_was_shipped_last(tmp_path: Path) -> None:
    ship(tmp_path, "joint-v9")
    assert default_model(tmp_path) == "joint-v9"


@pytest.mark.parametrize("content", [None, "", "default: [", "default: ../elsewhere", "default: x\nother: y"])
def test_a_default_that_cannot_be_read_is_an_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "shipped.yaml").write_text(content, "utf-8")
    with pytest.raises(ModelError) as caught:
        default_model(tmp_path)
    assert caught.value.code == "model.default_unknown"


def _with_copy(folder: Path, speed_up: float) -> Manifest:
    """The model with an 8-bit copy beside it (here any bytes)."""
    content = b"a copy"
    (folder / "copy.zip").write_bytes(content)
    made = Quantised(
        weights=FileRef(file="copy.zip", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)),
        photos=1,
        figures=(QuantisedFigure(name="AP50 part", data="x val", n=1, full=0.5, quantised=0.5),),
        speed_up=speed_up,
        measured_on="a test",
    )
    update = {"quantised": made, "promotion": None, "seal": None}
    manifest = Manifest.read(folder / MANIFEST).model_copy(update=update)
    (folder / MANIFEST).write_text(manifest.to_json(), "utf-8")
    return manifest


def test_a_copy_that_pays_is_loaded_and_cited(folder: Path) -> None:
    manifest = _with_copy(folder, 2.0)
    assert load_weights(folder).manifest == manifest
    loaded = load_weights(folder, quantised=True)
    assert loaded.content == b"a copy"
    assert loaded.manifest.reference.endswith(hashlib.sha256(b"a copy").hexdigest()[:12])


def test_a_copy_that_does_not_pay_stays_unused_but_is_checked(folder: Path) -> None:
    manifest = _with_copy(folder, 1.1)
    assert load_weights(folder, quantised=True).manifest == manifest
    assert verify(folder) == manifest
    (folder / "copy.zip").write_bytes(b"another")
    for read in (verify, load_weights):
        with pytest.raises(ModelError) as caught:
            read(folder)
        assert caught.value.code == "model.weights_corrupt"


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(("spoil", "code"), [(_flipped, "weights_corrupt"), (Path.unlink, "weights_missing")])
@pytest.mark.parametrize("quantised", [True, False])
def test_the_network_that_does_not_serve_is_checked_too(
    folder: Path, spoil: Callable[[Path], None], code: str, quantised: bool
) -> None:
    copy = Manifest.read(folder / MANIFEST).quantised
    assert copy is not None
    assert load_weights(folder, quantised=True).manifest.weights == copy.weights
    spoil(folder / (WEIGHTS if quantised else copy.weights.file))
    with pytest.raises(ModelError) as caught:
        load_weights(folder, quantised=quantised)
    assert caught.value.code == f"model.{code}"


def _first() -> Manifest:
    return Manifest.read(shipped_weights() / "joint-v0" / MANIFEST)


def test_the_default_must_have_passed_the_gate_save_the_first_detector(tmp_path: Path) -> None:
    folder = shutil.copytree(shipped_weights() / "joint-v0", tmp_path / "joint-v0")
    ship(tmp_path, "joint-v0")
    assert load_weights(folder).manifest == _first(), "it had none before it"
    changed = _first().model_copy(update={"version": "0.2"})
    (folder / MANIFEST).write_text(changed.to_json(), "utf-8")
    for read in (load_weights, verify, read_manifest):
        with pytest.raises(ModelError) as caught:
            read(folder)
        assert caught.value.code == "model.not_promoted"
    ship(tmp_path, "joint-v9")
    assert load_weights(folder).manifest == changed, "a candidate beside the default"


def test_a_default_whose_promotion_and_seal_are_gone_does_not_load(folder: Path) -> None:
    ship(folder.parent, folder.name)
    assert load_weights(folder).manifest.seal is not None
    bare = Manifest.read(folder / MANIFEST).model_copy(update={"promotion": None, "seal": None})
    (folder / MANIFEST).write_text(bare.to_json(), "utf-8")
    with pytest.raises(ModelError) as caught:
        load_weights(folder)
    assert caught.value.code == "model.not_promoted"


def test_a_default_is_known_where_the_folder_is_named_from_within(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(folder.parent, folder.name)
    bare = Manifest.read(folder / MANIFEST).model_copy(update={"promotion": None, "seal": None})
    (folder / MANIFEST).write_text(bare.to_json(), "utf-8")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ModelError, match="not_promoted"):
        load_weights(Path(folder.name))
