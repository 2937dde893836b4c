"""Every sentence a person reads, by code, in one folder per language.

``Texts.load("zh").say(note("line.labour", hours=h, rate=r))`` fills the placeholders of the sentence. Members of the
vocabulary among the facts are shown by their name in the language. Sentences live in ``<language>/<topic>.yaml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Self

import yaml

from model.errors import RulesError
from model.findings import PartRef
from model.notes import Note

LANGUAGES = ("en", "zh")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language."""

    language: str
    sentences: Mapping[str, str]

    @classmethod
    def load(cls, language: str) -> Self:
        """Read all topics of a language. Raises ``RulesError`` for one that is not spoken."""
        if language not in LANGUAGES:
            raise RulesError("unknown_language", f"{language}: one of {', '.join(LANGUAGES)}")
        return cls(language, _sentences(language))

    def say(self, note: Note) -> str:
        """The sentence of ``note`` with its facts filled in. Raises ``KeyError`` for a code without a sentence."""
        shown = {key: self._show(value) for key, value in note.facts.items()}
        if "currency" in shown:
            shown["currency"] = self.sentences.get(f"name.currency.{shown['currency']}", shown["currency"])
        return self.sentences[note.code].format_map(shown)

    def name(self, word: StrEnum) -> str:
        """What a member of the vocabulary is called, e.g. ``Part.HOOD`` → 发动机罩."""
        return self.sentences.get(f"name.{_kind(word)}.{word.value}", word.value)

    def place(self, ref: PartRef) -> str:
        """A part with its side in the order of the language, e.g. left front door, 左前车门."""
        return self.sentences[f"name.place.{ref.side}"].format(part=self.name(ref.part))

    def _show(self, value: object) -> object:
        if isinstance(value, StrEnum):
            return self.name(value)
        if isinstance(value, Decimal):
            return f"{value:,f}"
        if isinstance(value, Note):
            return self.say(value)
        if isinstance(value, PartRef):
            return self.place(value)
        if isinstance(value, tuple | list):
            return ("、" if self.language == "zh" else ", ").join(str(self._show(item)) for item in value)
        return value


def _kind(word: StrEnum) -> str:
    name = type(word).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@cache
def _sentences(language: str) -> Mapping[str, str]:
    sentences: dict[str, str] = {}
    for topic in sorted(files(__package__).joinpath(language).iterdir(), key=lambda item: item.name):
        if topic.name.endswith(".yaml"):
            for code, sentence in _flatten(yaml.load(topic.read_text("utf-8"), Loader=_LOADER)):  # noqa: S506 - the safe loader, in C where there is one
                if code in sentences:
                    raise RulesError("duplicate_text", f"{language}: {code}")
                sentences[code] = sentence
    return sentences


def _flatten(tree: Mapping[str, object], above: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        code = f"{above}.{key}" if above else str(key)
        pairs += _flatten(value, code) if isinstance(value, Mapping) else [(code, str(value))]
    return pairs
