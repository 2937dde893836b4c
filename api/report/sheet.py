"""The page's content in one language, as the template shows it: strings and pictures' names, no rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from api.report.album import Album, Frame
from api.report.conclusion import Headline, estimate_notes, likely, next_steps, sums
from api.report.marks import PALETTE, Mark
from api.report.words import Verdict, Words, damages_of, price_tag, seen_for, to_verify, told_of, verdict
from claims.assess import Assessment
from claims.observe import Observation
from model.notes import note
from model.texts import Texts
from parts_pricing.estimate import EstimateLine

LANG_TAGS: Mapping[str, str] = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A piece of a photo beside a line. ``photo`` counts from 1."""

    frame: Frame
    alt: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the estimate. ``colour`` is that of its boxes, None for a line without any."""

    number: int
    colour: int | None
    place: str
    work: str
    seen: Sequence[str]
    tags: Sequence[str]
    hours: str
    labour: str
    paint: str
    parts: str
    other: str
    total: str
    span: str | None
    notes: Sequence[str]
    basis: Sequence[str]
    crops: Sequence[Crop]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoCard:
    """One photo with its verdict; ``frame`` is None when there is no picture to show."""

    number: int
    name: str
    verdict: Verdict
    told: str
    remarks: Sequence[str]
    alt: str
    marks: Sequence[tuple[int, int, str]]
    frame: Frame | None
    size: str | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything in one language. ``sums`` are (name, amount, weight) with weight ``total`` or empty."""

    words: Words
    tag: str
    reference: str
    day: str
    route: str
    decision: str
    headline: Headline
    likely: str | None
    facts: Sequence[tuple[str, str]]
    steps: Sequence[str]
    reasons: Sequence[str]
    wanted: Sequence[str]
    contact: Sequence[str]
    lines: Sequence[Line]
    has_other: bool
    sums: Sequence[tuple[str, str, str]]
    photos: Sequence[PhotoCard]
    left_out: Sequence[str]
    notes: Sequence[str]
    versions: Sequence[tuple[str, str]]
    confidence: Sequence[str]

    @classmethod
    def of(cls, assessment: Assessment, album: Album, texts: Texts, on: date) -> "Sheet":
        """The page of one assessment made on the day ``on``."""
        estimate, decision = assessment.estimate, assessment.decision
        words, name = Words(texts, estimate.currency), reference(assessment)
        return cls(
            words=words,
            tag=LANG_TAGS[texts.language],
            reference=name,
            day=words.day(on),
            route=decision.route.value,
            decision=words.say(f"route.{decision.route.value}"),
            headline=Headline.of(assessment, words),
            likely=likely(assessment, words),
            facts=_facts(assessment, words, on),
            steps=next_steps(assessment, words),
            reasons=[words.plainly(item) for item in decision.reasons],
            wanted=[texts.say(item) for item in decision.wanted],
            contact=[texts.say(note("decision.contact")), words.say("contact_how", reference=name)],
            lines=[_line(number, assessment, album, words) for number in range(1, len(estimate.lines) + 1)],
            has_other=any(line.other for line in estimate.lines),
            sums=sums(estimate, words),
            photos=[_photo(seen, assessment, album, words) for seen in assessment.observations],
            left_out=[texts.say(item) for item in assessment.dropped],
            notes=_notes(assessment, words, on),
            versions=[(words.say(f"appendix.{key}"), version) for key, version in assessment.versions.items()],
            confidence=[words.say(f"appendix.confidence.{letter}") for letter in _confidences(assessment)],
        )


def reference(assessment: Assessment) -> str:
    """A short name for this estimate: the same photos, versions and amounts give the same."""
    told = [seen.sha256 or seen.name for seen in assessment.observations]
    told += [f"{key}={value}" for key, value in sorted(assessment.versions.items())]
    told += [str(assessment.estimate.total), str(assessment.estimate.net), assessment.estimate.currency]
    digest = sha256("\n".join(told).encode("utf-8", "backslashreplace")).hexdigest().upper()
    return f"QC{digest[:8]}"


def _confidences(assessment: Assessment) -> list[str]:
    """The letters that the lines use for the confidence of their prices, best first."""
    used = {item.facts.get("tag") for line in assessment.estimate.lines for item in line.basis}
    return [letter for letter in ("S", "D", "A") if letter in used]


def _line(number: int, assessment: Assessment, album: Album, words: Words) -> Line:
    line = assessment.estimate.lines[number - 1]
    damages = damages_of(line, assessment)
    place, say = words.line_place(line, damages), words.texts.say
    own = any(mark.number == number for marks in album.marks.values() for mark in marks)
    return Line(
        number=number,
        colour=(number - 1) % len(PALETTE) if own else None,
        place=place,
        work=words.texts.name(line.operation),
        seen=seen_for(number, assessment, words),
        tags=_tags(line, words),
        hours=words.number(line.hours),
        labour=words.figure(line.labour),
        paint=words.figure(line.paint),
        parts=words.figure(line.parts),
        other=words.figure(line.other),
        total=words.money(line.total) if line.priced or line.total else words.say("none"),
        span=_span(line, words),
        notes=list(dict.fromkeys(say(item) for damage in damages for item in damage.notes)) if own else [],
        basis=[say(item) for item in line.basis],
        crops=[_crop(number, photo, place, frame, words) for photo, frame in album.crops.get(number, {}).items()],
    )


def _tags(line: EstimateLine, words: Words) -> list[str]:
    unclear = words.say("tag.unclear") if "PART_UNCLEAR" in line.flags else None
    return [tag for tag in (price_tag(line, words), unclear) if tag]


def _span(line: EstimateLine, words: Words) -> str | None:
    """The tag of a line to be verified names its range already."""
    if line.low == line.high or to_verify(line):
        return None
    return words.say("lines.range", low=words.money(line.low), high=words.money(line.high))


def _crop(number: int, photo: int, place: str, frame: Frame, words: Words) -> Crop:
    return Crop(
        frame=frame,
        alt=words.say("lines.crop", line=number, place=place, photo=photo + 1),
        caption=words.say("lines.in_photo", photo=photo + 1),
    )


def _photo(seen: Observation, assessment: Assessment, album: Album, words: Words) -> PhotoCard:
    found, marks = verdict(seen, words.texts), album.marks.get(seen.index, ())
    named = _named(marks, assessment, words)
    number = seen.index + 1
    told = words.say("list").join(words.say("photos.mark", line=line, place=place) for line, _, place in named)
    plain = words.say("photos.alt_none", photo=number)
    sized = seen.width and seen.height
    return PhotoCard(
        number=number,
        name=seen.name,
        verdict=found,
        told=words.say(f"photos.{found.level}"),
        remarks=told_of(seen, marks, words),
        alt=words.say("photos.alt", photo=number, count=len(marks), marks=told) if marks else plain,
        marks=named,
        frame=album.photos.get(seen.index),
        size=words.say("photos.size", width=seen.width, height=seen.height) if sized else None,
        sha256=seen.sha256 or words.say("appendix.unread"),
    )


def _named(marks: Sequence[Mark], assessment: Assessment, words: Words) -> list[tuple[int, int, str]]:
    """Number, colour and place of each line that the photo shows."""
    first = {mark.number: mark for mark in reversed(marks)}
    return [
        (number, first[number].colour, words.damage_place(assessment.damages[first[number].damage]))
        for number in sorted(first)
    ]


def _facts(assessment: Assessment, words: Words, on: date) -> list[tuple[str, str]]:
    """Beside the amount: how to name this estimate, and what is taken off."""
    estimate = assessment.estimate
    facts = [(words.say("reference"), reference(assessment)), (words.say("date"), words.day(on))]
    if estimate.total:
        net = "sum.net_so_far" if estimate.at_least else "sum.net"
        facts.append((words.say("sum.deductible"), words.money(estimate.deductible)))
        facts.append((words.say(net), words.money(estimate.net)))
    return facts


def _notes(assessment: Assessment, words: Words, on: date) -> list[str]:
    estimate = assessment.estimate
    if not estimate.lines:
        return []
    notes = estimate_notes(estimate, words)
    notes += [words.say("term.range")] if estimate.low != estimate.high else []
    notes.append(words.say("term.deductible"))
    notes += [words.say("term.salvage")] if estimate.salvage else []
    return [*notes, words.say("term.validity", date=words.day(on))]
