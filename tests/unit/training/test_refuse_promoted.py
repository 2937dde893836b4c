"""Only ``promote`` writes where a promoted detector lies, or among the shipped ones."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.errors import ModelError
from model.registry import DEFAULT_MODEL, MANIFEST, load_weights, ship, shipped_weights, verify
from training.__main__ import app
from training.model_folder import changed, refuse_promoted

WORDS: dict[str, Callable[[Path], Sequence[str]]] = {
    "calibrate": lambda model: [str(model)],
    "thresholds": lambda model: ["--model", str(model)],
    "quantize": lambda model: [str(model)],
}


def _everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def promoted(tmp_path: Path) -> Path:
    return shutil.copytree(shipped_weights() / DEFAULT_MODEL, tmp_path / "weights" / DEFAULT_MODEL)


@pytest.mark.parametrize("command", WORDS)
def test_a_promoted_detector_is_not_changed_where_it_is(promoted: Path, command: str) -> None:
    before = _everything(promoted)
    words = [command, *WORDS[command](promoted), "--data", str(promoted.parent / "no-sets")]
    with pytest.raises(ModelError, match="--out") as caught:
        app(words, standalone_mode=False)
    assert caught.value.code == "model.promoted"
    assert _everything(promoted) == before


@pytest.mark.parametrize("beside", [True, False])
def test_nothing_is_exported_over_a_promoted_detector_or_among_the_shipped(promoted: Path, beside: bool) -> None:
    """``beside``: under a name of its own, with ``shipped.yaml`` in the folder of models."""
    pytest.importorskip("torch", reason="the train extra is not installed")
    pytest.importorskip("onnx", reason="the train extra is not installed")
    if beside:
        ship(promoted.parent, DEFAULT_MODEL)
    name = "joint-v0" if beside else DEFAULT_MODEL
    before = _everything(promoted.parent)
    words = ["export", str(promoted / "none.pt"), "--out", str(promoted.parent), "--name", name]
    with pytest.raises(ModelError) as caught:
        app(words, standalone_mode=False)
    assert caught.value.code == "model.promoted"
    assert _everything(promoted.parent) == before


@pytest.mark.parametrize(
    ("words", "lacks"), [(["export", "x.pt"], "--out"), (["thresholds", "--data", "sets"], "--model")]
)
def test_where_to_write_is_never_a_default(words: list[str], lacks: str) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert f"Missing option '{lacks}'" in done.output


def test_papers_that_do_not_hold_are_not_written_over(promoted: Path) -> None:
    path = promoted / MANIFEST
    path.write_text(path.read_text("utf-8").replace('"version": "1.0"', '"version": "1.1"'), "utf-8")
    with pytest.raises(ModelError) as caught:
        refuse_promoted(promoted)
    assert caught.value.code == "model.figures_mismatch"


def test_a_copy_with_other_papers_is_a_candidate_and_the_promoted_one_stays(promoted: Path, tmp_path: Path) -> None:
    before, papers = _everything(promoted), load_weights(promoted).manifest
    written = changed(promoted, tmp_path / "candidate", papers.model_copy(update={"version": "2"}))
    assert verify(tmp_path / "candidate") == written
    assert (written.version, written.promotion, written.seal) == ("2", None, None)
    assert (written.weights, written.quantised) == (papers.weights, papers.quantised)
    assert _everything(promoted) == before
    refuse_promoted(tmp_path / "candidate")
    refuse_promoted(tmp_path / "nowhere")
