"""Studies are read as they were written, or refused by name."""

from pathlib import Path

import pytest

from inference.testing import shipped_manifest
from model.errors import ModelError
from training.evaluation import Figure
from training.studies import DETECTOR, Study, figures_of, put_studies, studies_about, studies_of


def _figure(name: str, data: str = "own val", n: int = 3) -> Figure:
    return Figure(name=name, data=data, value=0.5, low=0.4, high=0.6, n=n, unit="boxes", better="higher")


def _study(name: str, *figures: Figure) -> Study:
    return Study(name=name, title="T", says="S.", papers={"rules": "1"}, figures=figures)


def test_figures_stand_in_rows_and_columns_in_the_order_of_their_names() -> None:
    named = ("AP50 part: left out", "AP50 part: learned", "AP part: learned")
    study = _study("s", *(_figure(name) for name in named), _figure("AP part: learned", "other", 9))
    assert study.columns == ("left out", "learned")
    rows = [(row.title, row.data, row.counted, tuple(row.figures)) for row in study.rows]
    assert rows == [
        ("AP50 part", "own val", "3 boxes", ("left out", "learned")),
        ("AP part", "own val", "3 boxes", ("learned",)),
        ("AP part", "other", "9 boxes", ("learned",)),
    ]


def test_studies_beside_a_model_read_back_by_name_and_one_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    assert studies_of(tmp_path) == ()
    first, second, again = _study("b", _figure("x: y")), _study("a", _figure("x: y")), _study("b", _figure("x: z"))
    put_studies(tmp_path, (first, second))
    assert studies_of(tmp_path) == (second, first)
    put_studies(tmp_path, (again,))
    assert studies_of(tmp_path) == (second, again)
    assert set(figures_of(studies_of(tmp_path))) == {("x: y", "own val"), ("x: z", "own val")}


@pytest.mark.parametrize("content", [None, b"{", b'{"format": 2}', b'{"name": "../x"}'])
def test_what_is_no_study_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"study\.json") as caught:
        Study.read(path)
    assert caught.value.code == "model.data_unreadable"


def test_only_a_study_of_the_model_or_of_none_by_name_is_taken(tmp_path: Path) -> None:
    """The 8-bit copy is the model too; leaving a source out is about a pair of other detectors."""
    manifest, path = shipped_manifest("joint-v1"), tmp_path / "study.json"
    assert manifest.quantised is not None
    copy = manifest.model_copy(update={"weights": manifest.quantised.weights}).reference
    for papers in ({DETECTOR: manifest.reference}, {DETECTOR: copy}, {"without": "a@1+0", "with": "b@1+0"}):
        study = _study("s", _figure("x: y")).model_copy(update={"papers": papers})
        study.write(path)
        assert studies_about(manifest, [path]) == (study,)
    for other in (manifest.model_copy(update={"version": "9"}), shipped_manifest("joint-v0")):
        study.model_copy(update={"papers": {DETECTOR: other.reference}}).write(path)
        with pytest.raises(ModelError, match="study s is of joint-v") as caught:
            studies_about(manifest, [path])
        assert caught.value.code == "model.figures_mismatch"
