"""``figures.json``: complete, the same every time, amounts as text."""

import json
from dataclasses import fields
from pathlib import Path

from rescored_runs import drawn_run

from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import FORM, Figures, Settings
from claims.rescore.figures.to_json import to_json

FEW = Settings(draws=20)


def test_the_same_tables_give_the_same_text(tmp_path: Path) -> None:
    out = drawn_run(tmp_path, 150)
    assert to_json(make_figures(out, FEW)) == to_json(make_figures(out, FEW))


def test_the_document(tmp_path: Path) -> None:
    told = make_figures(drawn_run(tmp_path, 150), FEW)
    document = json.loads(to_json(told))
    assert list(document) == [item.name for item in fields(Figures)]
    assert document["form"] == FORM
    assert document["settings"]["tolerance"] == "0.1"
    assert document["overall"]["cases"] == told.overall.cases
    assert document["overall"]["amounts"][0]["final"] == str(told.overall.amounts[0].final)
    assert list(document["by"]) == ["part", "vehicle_class", "region", "month", "route", "priced"]
    assert document["worth_a_look"][0]["reasons"][0]["why"] == told.worth_a_look[0].reasons[0].why.value


def test_an_empty_run_is_a_document_too(tmp_path: Path) -> None:
    document = json.loads(to_json(make_figures(tmp_path, FEW)))
    assert document["overall"]["within_10"] == {"n": 0, "k": 0, "value": None, "low": None, "high": None}
    assert document["money_moved"] is None
