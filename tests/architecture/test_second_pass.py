"""The second pass judges the labels and teaches nothing."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("model", "inference", "parts_pricing", "claims", "data", "api", "training")
READERS = {"data/second_pass.py", "training/label_agreement.py", "training/label_commands.py"}


def test_only_the_agreement_reads_the_second_pass() -> None:
    assert set(_naming("second_pass")) == READERS


def test_only_the_commands_use_the_agreement() -> None:
    assert set(_naming("label_agreement")) == {"training/label_commands.py"}
    assert set(_naming("label_commands")) == {"training/__main__.py"}


def test_recipes_do_not_name_the_second_pass() -> None:
    recipes = sorted((ROOT / "training" / "recipes").rglob("*.yaml"))
    assert recipes
    assert not [path.name for path in recipes if "second_pass" in path.read_text("utf-8")]


def _naming(word: str) -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if word in path.read_text("utf-8"):
                yield path.relative_to(ROOT).as_posix()
