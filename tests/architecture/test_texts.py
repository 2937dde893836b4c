"""Every sentence exists in both languages, states the same facts, and keeps the tone that the service documents ask."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.findings import PartRef
from model.notes import note
from model.texts import LANGUAGES, Texts
from model.vocabulary import Part, Side

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("model", "inference", "parts_pricing", "claims", "data", "api")
FORBIDDEN = ["不可能", "不行", "你们不懂", "全赔", "百分百理赔", "按规定", "公司规定", "full compensation guaranteed"]
ENGLISH, CHINESE = Texts.load("en"), Texts.load("zh")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences() -> None:
    assert set(ENGLISH.sentences) == set(CHINESE.sentences)


@pytest.mark.parametrize("code", sorted(ENGLISH.sentences))
def test_both_languages_state_the_same_facts(code: str) -> None:
    assert placeholders(ENGLISH.sentences[code]) == placeholders(CHINESE.sentences[code])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_forbidden_words(language: str) -> None:
    texts = Texts.load(language)
    found = [(code, word) for code, text in texts.sentences.items() for word in FORBIDDEN if word in text.lower()]
    pages = {path: path.read_text("utf-8") for kind in ("*.j2", "*.js") for path in (ROOT / "web").rglob(kind)}
    assert {path.suffix for path in pages} == {".j2", ".js"}
    assert not found
    assert not [(path.name, word) for path, text in pages.items() for word in FORBIDDEN if word in text]


def test_chinese_is_chinese() -> None:
    wordless = [
        code
        for code, text in CHINESE.sentences.items()
        if not re.search(r"[\u4e00-\u9fff]", text) and re.search(r"[A-Za-z]{4,}", re.sub(r"\{[^}]*\}", "", text))
    ]
    assert not [code for code in wordless if not _is_a_proper_name(CHINESE.sentences[code])]


def _is_a_proper_name(text: str) -> bool:
    return text in {"English", "OpenAPI", "QuickClaim"}


def codes_in_the_source() -> Iterator[tuple[str, str]]:
    """Every literal code given to ``note(...)`` or ``Note(...)``."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                named = (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"note", "Note"}
                )
                if named and node.args and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value), f"{path.name}:{node.lineno}"


def test_every_code_in_the_source_has_a_sentence() -> None:
    used = list(codes_in_the_source())
    assert len(used) > 30
    assert not [(code, where) for code, where in used if code not in ENGLISH.sentences]


def test_parts_are_named_in_the_order_of_the_language() -> None:
    place = note("reason.SIDE_UNKNOWN", part=Part.FRONT_DOOR)
    assert "front door" in ENGLISH.say(place)
    assert "前车门" in CHINESE.say(place)
    left = PartRef(part=Part.FRONT_DOOR, side=Side.LEFT)
    assert (ENGLISH.place(left), CHINESE.place(left)) == ("left front door", "左前车门")


def test_every_member_of_the_vocabulary_has_a_name() -> None:
    for part in Part:
        assert ENGLISH.name(part) != part.value or part.value == ENGLISH.sentences[f"name.part.{part}"]
        assert CHINESE.name(part) != part.value
