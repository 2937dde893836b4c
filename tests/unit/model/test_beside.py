"""``verify`` holds the papers beside a promoted detector against its seal; loading needs none of them."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.beside import EVALUATION, STUDIES
from model.errors import ModelError
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, MANIFEST, load_weights, shipped_weights, verify

SHIPPED = shipped_weights() / DEFAULT_MODEL
PAPERS = Manifest.read(SHIPPED / MANIFEST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / DEFAULT_MODEL)


def _changed(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def _main(paper: Any) -> Any:
    """The first figure of the evaluation that the manifest has too."""
    sealed = {(metric.name, metric.data) for metric in PAPERS.metrics}
    return next(figure for figure in paper["figures"] if (figure["name"], figure["data"]) in sealed)


def _better(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: _main(paper).update(value=0.999))


def _surer(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: _main(paper).update(low=0.0001))


def _dropped(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: paper["figures"].remove(_main(paper)))


def _told_twice(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: paper["figures"].insert(0, {**_main(paper), "value": 0.999}))


def _of_other_weights(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: paper.update(weights="0" * 64))


def _no_figures(folder: Path) -> None:
    _changed(folder / EVALUATION, lambda paper: paper.update(figures=[1]))


def _half(folder: Path) -> None:
    content = (folder / EVALUATION).read_bytes()
    (folder / EVALUATION).write_bytes(content[: len(content) // 2])


def _gone(folder: Path) -> None:
    (folder / EVALUATION).unlink()


def _study_of_another(folder: Path) -> None:
    study = folder / STUDIES / "part-check.json"
    _changed(study, lambda paper: paper["papers"].update(detector="joint-v0@0.1+c73c33a281b8"))


def _broken_study(folder: Path) -> None:
    (folder / STUDIES / "part-check.json").write_text("[]", "utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        _better,
        _surer,
        _dropped,
        _told_twice,
        _of_other_weights,
        _no_figures,
        _half,
        _gone,
        _study_of_another,
        _broken_study,
    ],
)
def test_a_paper_that_says_otherwise_is_noticed(folder: Path, spoil: Callable[[Path], None]) -> None:
    assert verify(folder) == PAPERS
    spoil(folder)
    with pytest.raises(ModelError) as caught:
        verify(folder)
    assert caught.value.code == "model.figures_mismatch"
    assert load_weights(folder).manifest == PAPERS


def _any_other_figure(paper: Any) -> None:
    sealed = {(metric.name, metric.data) for metric in PAPERS.metrics}
    next(item for item in paper["figures"] if (item["name"], item["data"]) not in sealed)["value"] = 0.999


def test_where_the_promotion_noted_the_evaluation_no_figure_may_change(folder: Path) -> None:
    assert PAPERS.promotion is not None
    told = hashlib.sha256((folder / EVALUATION).read_bytes()).hexdigest()
    promotion = PAPERS.promotion.model_copy(update={"evaluation": told})
    papers = PAPERS.model_copy(update={"promotion": promotion}).sealed()
    (folder / MANIFEST).write_text(papers.to_json(), "utf-8")
    assert verify(folder) == papers
    _changed(folder / EVALUATION, _any_other_figure)
    with pytest.raises(ModelError, match="changed after the promotion") as caught:
        verify(folder)
    assert caught.value.code == "model.figures_mismatch"


def test_nothing_is_asked_of_a_detector_that_was_not_promoted(folder: Path) -> None:
    bare = PAPERS.model_copy(update={"promotion": None, "seal": None})
    (folder / MANIFEST).write_text(bare.to_json(), "utf-8")
    _gone(folder)
    assert verify(folder) == bare
