"""What the data of a run is like, as plain values."""

from dataclasses import dataclass

from claims.rescore.figures.results.values import Count, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPhoto:
    """One photo, byte for byte, that is in several cases."""

    sha256: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Photos:
    """``n`` counts every photo of every case. ``unusable``: too bad to see anything on, or no car.

    ``cases_without``: no photo of the case can be used. ``duplicates``: photos that are in the same case before, byte
    for byte; ``cases_with_duplicates`` hold them. ``shared``: different photos that are in several cases, in
    ``cases_sharing`` cases; the first 20 of them, by how many cases and hash, are ``examples``.
    """

    n: int
    unusable: Share
    cases_without: Share
    duplicates: int
    cases_with_duplicates: Share
    shared: int
    cases_sharing: Share
    examples: tuple[SharedPhoto, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """``rows`` of the manifest = ``scored`` + ``quarantined``; shares are those of scored cases, or of lines.

    ``finals_at_odds``: of cases whose final lines all have amounts and whose final amount is known, those where both
    differ by more than 1 % and the currency's floor. ``unpriced_cases`` hold something without a price;
    ``unpriced_lines`` are such lines, ``unplaced_lines`` those whose part or side nobody could say. Days are those for
    which cases were priced.
    """

    rows: int
    scored: int
    quarantined: Share
    quarantine: tuple[Count, ...]
    photos: Photos
    without_final: Share
    without_final_lines: Share
    without_month: Share
    without_previous: Share
    finals_at_odds: Share
    final_not_above_zero: Share
    unpriced_cases: Share
    unpriced_lines: Share
    unplaced_lines: Share
    currencies: tuple[Count, ...]
    first_day: str | None
    last_day: str | None
    days: tuple[Count, ...]
