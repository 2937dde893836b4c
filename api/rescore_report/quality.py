"""What the data is like: what is missing, what is in quarantine and why, and photos that are in several cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.rescore_report.bars import Bar, counted
from api.rescore_report.words import Cell, Words
from claims.rescore.evidence import Held
from claims.rescore.figures.results.figures import Figures
from claims.rescore.figures.results.quality import Photos, Quality, SharedPhoto
from claims.rescore.figures.results.values import Count, Share
from model.notes import Note

_MOST: Final = 20
_CASES_NAMED: Final = 6
_HASH: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A share of cases, photos or lines that are not as one would wish. ``k`` of ``n``."""

    title: str
    cell: Cell
    k: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A case in quarantine and the sentence that says why."""

    row: str
    case_id: str
    photo: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityShown:
    """``manifest``: what was told of it as a whole. ``held_more``: how many are in quarantine beside those listed."""

    manifest: tuple[str, ...]
    checks: tuple[Check, ...]
    codes: tuple[Bar, ...]
    held: tuple[HeldRow, ...]
    held_more: int
    currencies: tuple[Bar, ...]
    days: tuple[Bar, ...]
    more_days: int
    shared: tuple[tuple[str, str], ...]
    more_shared: int
    duplicates: str


def quality(figures: Figures, held: Sequence[Held], manifest: Sequence[Note], words: Words) -> QualityShown:
    """The section on the data. ``manifest``: columns that were not read, an encoding that was recognised."""
    found = figures.quality
    codes = [(code_name(count.key, words), count.n) for count in found.quarantine]
    return QualityShown(
        manifest=tuple(words.texts.say(one) for one in manifest),
        checks=tuple(_checks(found, words)),
        codes=counted(codes[:_MOST], found.quarantined.k, words),
        held=tuple(_row(one, words) for one in held),
        held_more=max(0, found.quarantined.k - len(held)),
        currencies=counted(_plain(found.currencies, words), found.scored, words),
        days=counted(_plain(found.days[:_MOST], words), found.scored, words),
        more_days=max(0, len(found.days) - _MOST),
        shared=tuple(_shared(one, words) for one in found.photos.examples),
        more_shared=max(0, found.photos.shared - len(found.photos.examples)),
        duplicates=words("quality.duplicates", n=words.count(found.photos.duplicates))
        if found.photos.duplicates
        else "",
    )


def _checks(found: Quality, words: Words) -> Iterator[Check]:
    photos: Photos = found.photos
    told: dict[str, Share] = {
        "quarantined": found.quarantined,
        "without_final": found.without_final,
        "without_final_lines": found.without_final_lines,
        "final_not_above_zero": found.final_not_above_zero,
        "finals_at_odds": found.finals_at_odds,
        "without_month": found.without_month,
        "without_previous": found.without_previous,
        "unpriced_cases": found.unpriced_cases,
        "unpriced_lines": found.unpriced_lines,
        "unplaced_lines": found.unplaced_lines,
        "unusable_photos": photos.unusable,
        "cases_without_photos": photos.cases_without,
        "cases_with_duplicates": photos.cases_with_duplicates,
        "cases_sharing": photos.cases_sharing,
    }
    for name, share in told.items():
        yield Check(title=words(f"quality.{name}"), cell=words.figure(share), k=words.count(share.k))


def code_name(code: str | None, words: Words) -> str:
    """What a code of the quarantine means, whatever the case: a name, else a sentence without facts, else the code."""
    if code is None:
        return words("unknown")
    sentence = words.texts.sentences.get(code, "{")
    return words.named(f"rescore_report.code.{code}", code if "{" in sentence else sentence)


def _row(one: Held, words: Words) -> HeldRow:
    return HeldRow(
        row=words.count(one.row + 1),
        case_id=words("none") if one.case_id is None else words.foreign(one.case_id),
        photo="" if one.photo is None else words("look.photo", photo=one.photo),
        code=words.foreign(one.reason.code),
        sentence=_sentence(one.reason, words),
    )


def _sentence(reason: Note, words: Words) -> str:
    """The sentence of the code; its bare name where this version has no such sentence or asks for other facts."""
    facts = {name: words.foreign(fact) if isinstance(fact, str) else fact for name, fact in reason.facts.items()}
    try:
        return words.texts.say(Note(reason.code, facts))
    except (KeyError, IndexError, ValueError):
        return code_name(reason.code, words)


def _plain(counts: Sequence[Count], words: Words) -> list[tuple[str, int]]:
    return [(words.foreign(count.key) if count.key else words("unknown"), count.n) for count in counts]


def _shared(one: SharedPhoto, words: Words) -> tuple[str, str]:
    named = tuple(words.foreign(case) for case in one.cases[:_CASES_NAMED])
    rest = len(one.cases) - len(named)
    told = words("cases_named", cases=named)
    return one.sha256[:_HASH], words("and_more", told=told, n=words.count(rest)) if rest else told
