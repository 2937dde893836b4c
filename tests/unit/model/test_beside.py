"""A promoted detector loads with the evaluation that its seal is over; ``verify`` reads what all its papers say."""

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from model.beside import EVALUATION, STUDIES
from model.errors import ModelError
from model.manifest import FileRef, Manifest
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


def _any_other_figure(folder: Path) -> None:
    def other(paper: Any) -> Any:
        sealed = {(metric.name, metric.data) for metric in PAPERS.metrics}
        return next(figure for figure in paper["figures"] if (figure["name"], figure["data"]) not in sealed)

    _changed(folder / EVALUATION, lambda paper: other(paper).update(value=0.999))


def _laid_out_anew(folder: Path) -> None:
    """With the same figures."""
    _changed(folder / EVALUATION, dict)


SAYING_OTHERWISE = (_better, _surer, _dropped, _told_twice, _of_other_weights, _no_figures, _half)


def _study_of_another(folder: Path) -> None:
    study = folder / STUDIES / "part-check.json"
    _changed(study, lambda paper: paper["papers"].update(detector="joint-v0@0.1+c73c33a281b8"))


def _broken_study(folder: Path) -> None:
    (folder / STUDIES / "part-check.json").write_text("[]", "utf-8")


def _refused(read: Callable[[Path], object], folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        read(folder)
    assert caught.value.code == "model.figures_mismatch"


@pytest.mark.parametrize("spoil", [*SAYING_OTHERWISE, _any_other_figure, _laid_out_anew, _gone])
@pytest.mark.parametrize("quantised", [True, False])
def test_a_detector_does_not_load_without_the_very_evaluation_that_was_sealed(
    folder: Path, spoil: Callable[[Path], None], quantised: bool
) -> None:
    """Whether the manifest has the changed figure too, or not."""
    load_weights(folder, quantised=quantised)
    spoil(folder)
    _refused(partial(load_weights, quantised=quantised), folder)
    _refused(verify, folder)


def test_all_figures_of_the_shipped_detector_are_sealed() -> None:
    content = (SHIPPED / EVALUATION).read_bytes()
    assert PAPERS.promotion is not None
    assert PAPERS.promotion.evaluation == _ref(content)
    assert len(json.loads(content)["figures"]) > len(PAPERS.metrics) > 100


def _ref(content: bytes) -> FileRef:
    return FileRef(file=EVALUATION, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _sealed_over_what_lies_there(folder: Path) -> Manifest:
    assert PAPERS.promotion is not None
    told = _ref((folder / EVALUATION).read_bytes())
    promotion = PAPERS.promotion.model_copy(update={"evaluation": told})
    papers = PAPERS.model_copy(update={"promotion": promotion}).sealed()
    (folder / MANIFEST).write_text(papers.to_json(), "utf-8")
    return papers


@pytest.mark.parametrize("spoil", SAYING_OTHERWISE)
def test_an_evaluation_that_says_otherwise_is_noticed_even_where_it_was_sealed(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder)
    papers = _sealed_over_what_lies_there(folder)
    assert load_weights(folder).manifest == papers
    _refused(verify, folder)


def test_a_figure_that_the_manifest_lacks_is_sealed_by_the_file_alone(folder: Path) -> None:
    _any_other_figure(folder)
    papers = _sealed_over_what_lies_there(folder)
    assert verify(folder) == papers


@pytest.mark.parametrize("spoil", [_study_of_another, _broken_study])
def test_a_study_of_another_detector_is_noticed_though_no_seal_is_over_it(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    assert verify(folder) == PAPERS
    spoil(folder)
    _refused(verify, folder)
    assert load_weights(folder).manifest == PAPERS


@pytest.mark.parametrize("name", ["../evaluation.json", "/evaluation.json", ""])
def test_the_evaluation_lies_beside_the_manifest(folder: Path, name: str) -> None:
    content = json.loads((folder / MANIFEST).read_text("utf-8"))
    content["promotion"]["evaluation"]["file"] = name
    (folder / MANIFEST).write_text(json.dumps(content), "utf-8")
    with pytest.raises(ModelError) as caught:
        load_weights(folder)
    assert caught.value.code == "model.manifest_invalid"


def test_a_promotion_that_names_no_evaluation_is_none(folder: Path) -> None:
    content = json.loads((folder / MANIFEST).read_text("utf-8"))
    del content["promotion"]["evaluation"]
    (folder / MANIFEST).write_text(json.dumps(content), "utf-8")
    with pytest.raises(ModelError) as caught:
        load_weights(folder)
    assert caught.value.code == "model.manifest_invalid"


def test_nothing_is_asked_of_a_detector_that_was_not_promoted(folder: Path) -> None:
    bare = PAPERS.model_copy(update={"promotion": None, "seal": None})
    (folder / MANIFEST).write_text(bare.to_json(), "utf-8")
    _gone(folder)
    assert verify(folder) == bare
