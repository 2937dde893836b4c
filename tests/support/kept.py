"""What is in the tables and the photo store after many journeys, beside what customers were answered."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from patient import Journey, Patient
from sqlalchemy import Table, select

from claims.photo_store import LocalPhotoStore
from claims.repository import audit
from claims.repository.book import Book, Books
from claims.tables import assessments, claims, deadlines, follow_ups, jobs, moves, notices, offers, photos

MOVES: Final = ("open_claim", "submit_materials", "start_assessment", "offer", "publish_offer")
ENTRIES: Final = Counter(
    {"open_claim": 1, "add_photos": 1, "submit_materials": 1, "start_assessment": 1, "assess": 2}
    | {"offer": 1, "publish_offer": 1}
)


def kept_wrong(books: Books, home: Path, patient: Patient, journeys: Sequence[Journey]) -> dict[str, list[str]]:
    """Everything that is lost, doubled or otherwise not as it was answered, by kind; all empty when all is well."""
    wrong = {"faults": [f"{one.number}: {fault}" for one in journeys for fault in one.faults]}
    whole = [one for one in journeys if not one.faults]
    with books.reading() as book:
        opened = {UUID(one.claim) for one in journeys if one.claim}
        there = [row.id for row in book.connection.execute(select(claims.c.id))]
        wrong["lost"] = [str(claim) for claim in opened - set(there)]
        wrong["doubled"] = [str(claim) for claim in there if claim not in opened]
        wrong["photos"] = _wrong_photos(book, home, books, whole)
        wrong["once_each"] = list(_not_once(book, whole))
        wrong["moves"] = list(_wrong_moves(book, whole))
        wrong["entries"] = list(_wrong_entries(book, whole))
        wrong["clocks"] = _unlike(book, whole)
        wrong["audit"] = [str(fault) for fault in audit.verify(book)]
    wrong["answers"] = [f"{one.number}: {said}" for one in whole for said in _other_answers(patient, one)]
    return wrong


def _wrong_photos(book: Book, home: Path, books: Books, journeys: Iterable[Journey]) -> list[str]:
    store = LocalPhotoStore(home / "photos", books.secrets.sealer)
    found: dict[UUID, list[str]] = {}
    for row in book.connection.execute(select(photos.c.claim, photos.c.sha256)):
        found.setdefault(row.claim, []).append(row.sha256)
    wrong = [str(one.claim) for one in journeys if sorted(found.get(UUID(one.claim), [])) != sorted(one.photos)]
    for digest in (digest for digests in found.values() for digest in digests):
        store.open(digest)  # raises where the file is missing, or is not that of its name
    return wrong


def _not_once(book: Book, journeys: Iterable[Journey]) -> Iterable[str]:
    for table in (notices, assessments, jobs, offers):
        count = Counter(row.claim for row in book.connection.execute(select(table.c.claim)))
        yield from (f"{table.name} of {one.claim}: {n}" for one in journeys if (n := count[UUID(one.claim)]) != 1)
    states = Counter(str(row.state) for row in book.connection.execute(select(jobs.c.state)))
    yield from (f"{n} jobs are {state}" for state, n in states.items() if state != "done")


def _wrong_moves(book: Book, journeys: Iterable[Journey]) -> Iterable[str]:
    made: dict[UUID, list[str]] = {}
    for row in book.connection.execute(select(moves.c.claim, moves.c.move).order_by(moves.c.position)):
        made.setdefault(row.claim, []).append(row.move)
    for one in journeys:
        if made.get(UUID(one.claim)) != [*MOVES, one.last]:
            yield f"{one.claim}: {made.get(UUID(one.claim))}"


def _wrong_entries(book: Book, journeys: Iterable[Journey]) -> Iterable[str]:
    """Cover may be stated again: whoever got no answer says the same once more."""
    written: dict[str, Counter[str]] = {}
    for entry in audit.entries(book):
        written.setdefault(entry.object, Counter())[entry.action] += 1
    for one in journeys:
        counted = written.get(f"claim:{one.claim}", Counter())
        counted.pop("state_cover", None)
        if counted != ENTRIES + Counter({one.last: 1}):
            yield f"{one.claim}: {dict(counted)}"


def _unlike(book: Book, journeys: Sequence[Journey]) -> list[str]:
    """Clocks and follow-ups are the same for all that ended the same way."""
    wrong: list[str] = []
    for table in (deadlines, follow_ups):
        by_claim = _kinds(book, table)
        for last in ("accept", "withdraw"):
            own = [(one.claim, by_claim.get(UUID(one.claim), Counter())) for one in journeys if one.last == last]
            usual = min((count for _, count in own), key=lambda count: count.total(), default=Counter())
            wrong += [f"{table.name} of {claim}: {dict(count)}" for claim, count in own if count != usual]
    return wrong


def _kinds(book: Book, table: Table) -> dict[UUID, Counter[str]]:
    found: dict[UUID, Counter[str]] = {}
    for row in book.connection.execute(select(table.c.claim, table.c.kind)):
        found.setdefault(row.claim, Counter())[str(row.kind)] += 1
    return found


def _other_answers(patient: Patient, journey: Journey) -> Iterable[str]:
    """Every request with a key is answered again as it was; what ``assess`` tells is the case as it is by then."""
    for asked in journey.asked:
        again: Any = patient.repeat(asked)
        same = asked.path.endswith("/assess") or (again.status_code, again.text) == (asked.status, asked.body)
        if not same or again.headers.get("Idempotency-Replayed") != "true":
            yield f"{asked.path}: {again.status_code} {again.text[:200]}"
