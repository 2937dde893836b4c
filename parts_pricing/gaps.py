"""What a new price or rate table leaves out, or adds, beside the one in force: worth a look, no reason to refuse it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from model.notes import Note, note
from model.vocabulary import Part
from parts_pricing.catalogue import ANY, Catalogue
from parts_pricing.labour import Rates


def gaps(catalogue: Catalogue, reference: Catalogue) -> tuple[Note, ...]:
    """What came, went or is in another currency against ``reference``, then the parts that a class has no row for."""
    return (
        *_changed("region", catalogue.regions, reference.regions),
        *_currencies(catalogue, reference),
        *(item for region in catalogue.regions for item in _classes(catalogue, reference, region)),
        *(item for region in catalogue.regions for item in _parts(catalogue, region)),
    )


def rate_gaps(rates: Rates, reference: Rates) -> tuple[Note, ...]:
    """Regions and kinds of shop that came or went against ``reference``."""
    regions, before = _regions(rates), _regions(reference)
    return (
        *_changed("region", regions, before),
        *(
            item
            for region in regions
            if region in before
            for item in _changed("shop", rates.shops(region), reference.shops(region), region)
        ),
    )


def _currencies(catalogue: Catalogue, reference: Catalogue) -> Iterator[Note]:
    for region, currency in catalogue.currencies.items():
        before = reference.currencies.get(region, currency)
        if before != currency:
            yield note("prices.gap.currency", region=region, value=currency, before=before)


def _classes(catalogue: Catalogue, reference: Catalogue, region: str) -> Iterator[Note]:
    if region in reference.regions:
        yield from _changed("class", catalogue.classes(region), reference.classes(region), region)


def _parts(catalogue: Catalogue, region: str) -> Iterator[Note]:
    """Rows for a make or a part number do not stand in for the row of the class: other cars need that one."""
    of_region = [row for row in catalogue.rows if row.region == region]
    if all(row.vehicle_class == ANY for row in of_region):
        yield note("prices.gap.no_class", region=region)
    lacking: dict[tuple[Part, ...], list[str]] = defaultdict(list)
    for vehicle_class in catalogue.classes(region):
        named = {row.part for row in of_region if row.vehicle_class == vehicle_class and not row.make}
        lacking[tuple(part for part in Part if part not in named)].append(vehicle_class)
    for parts, classes in lacking.items():
        if parts:
            yield note("prices.gap.parts", region=region, classes=tuple(classes), parts=parts)


def _changed(what: str, now: Iterable[str], before: Iterable[str], region: str | None = None) -> Iterator[Note]:
    now, before = tuple(now), tuple(before)
    where = {} if region is None else {"region": region}
    yield from (note(f"prices.gap.{what}_gone", value=word, **where) for word in before if word not in now)
    yield from (note(f"prices.gap.{what}_new", value=word, **where) for word in now if word not in before)


def _regions(rates: Rates) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.region for row in rates.rows))
