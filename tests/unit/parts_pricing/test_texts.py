"""Every code that pricing emits has a sentence in both languages with the same placeholders."""

import re
import string
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from model.texts import LANGUAGES
from parts_pricing.flags import Flag
from parts_pricing.operations import Operation
from parts_pricing.table import CELL_CODES

FORBIDDEN = ["不可能", "不行", "你们不懂", "全赔", "百分百理赔", "按规定", "公司规定"]


def flat(tree: dict[str, object], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        code = f"{above}{key}"
        found |= flat(value, f"{code}.") if isinstance(value, dict) else {code: str(value)}
    return found


def sentences(language: str) -> dict[str, str]:
    return flat(yaml.safe_load(files("model.texts").joinpath(language, "pricing.yaml").read_text("utf-8")))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def emitted() -> set[str]:
    """Literal codes in the sources of the package."""
    package = Path(str(files("parts_pricing")))
    texts = [path.read_text("utf-8") for path in package.glob("*.py")]
    return {code for text in texts for code in re.findall(r'note\(\s*"((?:pricing|prices)\.[a-z_.]+)"', text)}


def test_languages_say_the_same() -> None:
    english, chinese = (sentences(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in chinese.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_emitted_codes_have_sentences(language: str) -> None:
    known = sentences(language)
    assert len(emitted()) > 30
    assert emitted() <= known.keys()
    assert {f"prices.cell.{code}" for code in CELL_CODES} <= known.keys()
    assert {f"name.operation.{operation.value}" for operation in Operation} <= known.keys()


def test_no_forbidden_words() -> None:
    assert not [word for word in FORBIDDEN for text in sentences("zh").values() if word in text]


def test_flags_are_codes() -> None:
    assert all(flag.value == flag.name for flag in Flag)
