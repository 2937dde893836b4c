"""The cases most worth a look: what they cost, why they are here, and what their photos show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.rescore_report.thumbnails import ReadPhoto, Thumbnail, thumbnails
from api.rescore_report.words import Words
from claims.rescore.evidence import PhotoSeen
from claims.rescore.figures.results.look import Reason, Why, WorthALook


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small picture and its description."""

    thumbnail: Thumbnail
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCard:
    """One case. ``amounts`` are pairs of a name and a value."""

    number: int
    case_id: str
    aside: str
    route: str
    amounts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    pictures: tuple[Picture, ...]
    photos: str


def looks(
    found: tuple[WorthALook, ...], seen: Mapping[tuple[str, int], PhotoSeen], read: ReadPhoto | None, words: Words
) -> tuple[LookCard, ...]:
    """In the order given. Without ``read`` no photo is shown."""
    return tuple(_card(number, one, seen, read, words) for number, one in enumerate(found, start=1))


def _card(
    number: int, one: WorthALook, seen: Mapping[tuple[str, int], PhotoSeen], read: ReadPhoto | None, words: Words
) -> LookCard:
    pictures = thumbnails(one.case_id, one.photos, seen, read) if read else ()
    return LookCard(
        number=number,
        case_id=words.foreign(one.case_id),
        aside=words("look.row", row=words.count(one.row + 1)),
        route=_way(one, words),
        amounts=tuple(_amounts(one, words)),
        reasons=tuple(_because(reason, one, words) for reason in one.reasons),
        pictures=tuple(Picture(thumbnail=item, alt=_alt(item, words)) for item in pictures),
        photos=words("look.photos", shown=len(pictures), n=len(one.photos)) if read else "",
    )


def _way(one: WorthALook, words: Words) -> str:
    if one.previous_route and one.previous_route != one.route:
        return words("from_to", before=words.route(one.previous_route), after=words.route(one.route))
    return words.route(one.route)


def _amounts(one: WorthALook, words: Words) -> Iterator[tuple[str, str]]:
    yield words("look.total"), words.money(one.total, one.currency)
    span = {"first": words.money(one.low, one.currency), "last": words.money(one.high, one.currency)}
    yield words("look.range"), words("span", **span)
    if one.final_amount is not None:
        yield words("look.final"), words.money(one.final_amount, one.currency)
    if one.previous_total is not None:
        yield words("look.previous"), words.money(one.previous_total, one.currency)
    if one.confidence is not None:
        yield words("look.confidence"), words.percent(one.confidence, 0)


def _because(reason: Reason, one: WorthALook, words: Words) -> str:
    """Why the case is here, with the amount or number that made it so."""
    final = one.final_amount or one.total
    low, high = sorted((one.low, one.high))
    match reason.why:
        case Why.OFFER_OFF:
            return words("look.offer_off", amount=words.change(final - one.total, one.currency))
        case Why.OUTSIDE:
            outside = final - high if final > high else low - final
            return words(f"look.{'above' if final > high else 'below'}", amount=words.money(outside, one.currency))
        case Why.NOTHING_SEEN:
            return words("look.nothing_seen", amount=words.money(final, one.currency))
        case Why.MOVED:
            change = one.total - (one.previous_total or one.total)
            return words("look.moved", amount=words.change(change, one.currency))
        case Why.ROUTE_CHANGED:
            return words("look.route_changed", way=_way(one, words))
        case Why.UNSURE_AND_DEAR:
            return words("look.unsure_and_dear", confidence=words.percent(1 - reason.value, 0))
        case _:
            return words(f"look.{reason.why}", n=words.count(round(reason.value)))


def _alt(item: Thumbnail, words: Words) -> str:
    labels = tuple(words.label(label) for label in item.seen)
    return words("look.alt", photo=item.photo, labels=labels) if labels else words("look.alt_none", photo=item.photo)
