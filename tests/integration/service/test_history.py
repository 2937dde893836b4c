"""Cases out of both databases, to be scored again: as they were assessed, and as people settled them."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from desks import AT, changed, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, looked_at, reported, somebody

from claims.actors import Actor
from claims.assess import assess
from claims.desk import deciding, queue, reviewing
from claims.desk.cover import Cover, state_cover
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.keys import Keys
from claims.moved import Footing, Source, compare
from claims.notice import Notice
from claims.observe import PhotoSource, observe
from claims.repository import assessments, erasure, offers
from claims.repository.book import Books
from claims.rescore.case import FinalLine, HistoricalCase, Quarantined, Row
from claims.rescore.history import Cases, read_cases, rules_of
from claims.rescore.work import rules_key
from claims.review_changes import Add, Change, Edit, Remove, Why
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from claims.states import CaseState, Role
from claims.tables.words import OfferEnd
from claims.triage import Route
from model.findings import PartRef
from model.texts import Texts
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

SCRATCH = scene("01-scratched-door-two-views")
NOW = AT + HOUR
ALL = Cases()
DOOR = "steel,125,2000,1000,740,4.0,1.5,2.4,1.0,2.5,5.0"


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def senior(house: House, case: Case) -> Actor:
    actor = somebody(house, Role.SENIOR)
    case.do(actor, NOW, queue.take)
    return actor


def rows(house: House, wanted: Cases = ALL) -> list[Row]:
    return list(read_cases(house.books, wanted, house.rulebook.policy))


def only(house: House) -> HistoricalCase:
    [row] = rows(house)
    assert isinstance(row, HistoricalCase)
    return row


def settled(case: Case, senior: Actor, *changes: Change) -> HistoricalCase:
    version = case.see(senior, NOW, reviewing.review_of).version
    if changes:
        version = case.do(senior, NOW, reviewing.correct, changes, version).version
    case.do(senior, NOW + MINUTE, deciding.approve, version, "看过照片", [Why.QUOTATION], despite_cover="unknown")
    return only(case.house)


def test_a_case_is_told_as_it_was_assessed(house: House, case: Case) -> None:
    row = only(house)
    with house.books.reading() as book:
        [made] = assessments.of_claim(book, case.id)
    assert (row.row, row.id, row.on, row.month) == (0, case.now.number, date(2026, 11, 22), "2026-11")
    assert (row.photos, row.final) == (made.estimate.photos, None)
    assert row.previous is not None
    told = row.previous
    assert (told.total, told.low, told.high, told.route) == (made.total, made.low, made.high, Route.HUMAN_REVIEW)
    assert told.versions == made.estimate.versions
    assert [house.photos.open(digest) for digest in row.photos] == list(SCRATCH.photos)


def test_scored_again_it_comes_to_the_same(house: House, case: Case) -> None:
    """Facts, photos, day and rules are all that an estimate depends on."""
    row = only(house)
    assert row.previous
    sources = [PhotoSource(name=str(n), content=house.photos.open(digest)) for n, digest in enumerate(row.photos)]
    again = assess(sources, row.facts, house.eyes, on=row.on)
    assert (again.estimate.total, again.decision.route) == (row.previous.total, row.previous.route)
    assert again.versions == row.previous.versions


def test_what_people_settled_is_the_final_bill(case: Case, senior: Actor) -> None:
    row = settled(
        case,
        senior,
        Edit(line=0, why=Why.QUOTATION, labour=Decimal(300), paint=Decimal(200), parts=Decimal(0), other=Decimal(0)),
        Add(
            part=Part.HOOD,
            operation=Operation.REPLACE,
            why=Why.MISSED,
            parts=Decimal("1000.50"),
            labour=Decimal(0),
            paint=Decimal(0),
            other=Decimal(0),
        ),
    )
    door, hood = PartRef(part=Part.FRONT_DOOR, side=Side.LEFT), PartRef(part=Part.HOOD)
    assert row.final
    assert row.final.amount == Decimal("1500.50")
    assert row.final.lines is not None
    first, *_, last = row.final.lines
    assert (first.ref, first.amount) == (door, Decimal(500))
    assert last == FinalLine(ref=hood, operation=Operation.REPLACE, amount=Decimal("1000.50"))
    assert row.previous
    assert row.previous.total != row.final.amount


def test_a_line_that_was_taken_out_is_none_of_the_final_lines(case: Case, senior: Actor) -> None:
    added = Add(
        part=Part.HOOD,
        operation=Operation.REPLACE,
        why=Why.MISSED,
        parts=Decimal(700),
        labour=Decimal(0),
        paint=Decimal(0),
        other=Decimal(0),
    )
    row = settled(case, senior, added, Remove(line=0, why=Why.OLD_DAMAGE))
    assert row.final
    assert row.final.amount == Decimal(700)
    assert [line.ref.part for line in row.final.lines or ()] == [Part.HOOD]


def test_the_machines_own_lines_that_a_person_approved(case: Case, senior: Actor) -> None:
    row = settled(case, senior)
    assert row.final
    assert row.previous
    assert row.final.amount == row.previous.total
    assert row.final.lines
    assert sum(line.amount or 0 for line in row.final.lines) == row.final.amount


@pytest.mark.parametrize("why", [OfferEnd.RECALLED, OfferEnd.SUPERSEDED, OfferEnd.EXPIRED])
def test_an_amount_that_was_taken_back_is_not_final(case: Case, senior: Actor, why: OfferEnd) -> None:
    settled(case, senior)
    with case.house.books.writing() as book:
        offer = offers.open_of(book, case.id)
        assert offer
        offers.end(book, offer, why, at=NOW + HOUR)
    assert (only(case.house).final is not None) == (why is OfferEnd.EXPIRED)


def test_what_only_the_machine_offered_says_nothing_of_the_machine(house: House, notice: Notice) -> None:
    case = reported(house, notice)
    case.do(somebody(house, Role.FRONT_LINE), AT, state_cover, Cover(policy_active=True, plate_matches_policy=True))
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    looked_at(case, AT)
    row = only(house)
    assert row.previous
    assert (row.previous.route, row.final) == (Route.INSTANT_OFFER, None)


def test_a_case_that_nobody_looked_at_yet(house: House, notice: Notice) -> None:
    case = reported(house, notice, AT + timedelta(hours=9))  # after midnight in China
    assert [row.reason.code for row in rows(house) if isinstance(row, Quarantined)] == ["rescore.no_photos"]
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    row = only(house)
    assert (row.on, row.previous, row.final) == (date(2026, 11, 23), None, None)
    assert (row.facts, row.facts.vehicle.vehicle_class) == (case.now.facts, "CN2_60_150k")


def test_an_erased_case_is_counted_and_not_scored(house: House, case: Case) -> None:
    with house.books.writing() as book:
        erasure.erase(book, case.now, at=NOW)
    [row] = rows(house)
    assert isinstance(row, Quarantined)
    assert (row.id, row.reason.code) == (case.now.number, "rescore.erased")
    assert all(Texts.load(language).say(row.reason) for language in ("en", "zh"))


def test_a_market_that_is_not_served_any_more(house: House, case: Case) -> None:
    policy = house.rulebook.policy
    without = policy.model_copy(update={"markets": {"XX": policy.market("CN")}})
    [row] = read_cases(house.books, ALL, without)
    assert isinstance(row, Quarantined)
    assert (row.reason.code, row.reason.facts["field"]) == ("rescore.field", "region")


def test_cases_are_chosen_by_day_state_and_model(house: House, notice: Notice) -> None:
    old = in_review(house, notice, SCRATCH, AT - timedelta(days=40))
    new = reported(house, notice, AT)
    photos = [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos]
    new.do(new.customer, AT, add_photos, photos)
    both = [old.now.number, new.now.number]

    def chosen(**wanted: object) -> list[str | None]:
        return [row.id for row in rows(house, Cases(**wanted))]  # type: ignore[arg-type]

    assert chosen() == both
    assert chosen(since=AT) == chosen(states=frozenset({CaseState.REPORTED})) == both[1:]
    assert chosen(until=AT) == chosen(states=frozenset({CaseState.IN_REVIEW, CaseState.CLOSED})) == both[:1]
    assert chosen(since=AT, until=AT) == []
    assert chosen(model=house.eyes.version) == chosen(model=house.eyes.version.partition("@")[0]) == both[:1]
    assert chosen(model="joint-v9") == []


def test_more_cases_than_a_page_in_their_order(house: House, notice: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.rescore.history._PAGE", 2)
    made = [reported(house, notice, AT + number * MINUTE).now.number for number in range(5)]
    assert [row.id for row in rows(house)] == made
    assert [row.row for row in rows(house)] == list(range(5))


def test_the_rules_of_old_estimates_are_there_to_tell_what_moved(house: House, case: Case) -> None:
    row = only(house)
    assert row.previous
    kept = rules_of(house.books)
    book = Rulebook.from_sources(kept[rules_key(row.previous.versions)])
    assert book.versions == house.rulebook.versions
    dearer = changed(book, RuleFile.PARTS, f"{DOOR},480", f"{DOOR},580")
    photos = [PhotoSource(name="p", content=house.photos.open(digest)) for digest in row.photos]
    seen = observe(photos, house.eyes)
    then, now = (Footing(observations=seen, model_version="m", rulebook=rules) for rules in (book, dearer))
    [moved] = compare(then, now, row.facts, on=row.on)
    assert (moved.sources, moved.before) == ((Source.PRICES,), row.previous.total)


def test_rules_that_are_not_kept_are_not_made_up(house: House, case: Case, keys: Keys) -> None:
    row = only(house)
    assert row.previous
    assert rules_key({**row.previous.versions, "prices": "other, other"}) not in rules_of(house.books)


def test_nothing_personal_is_read(house: House, case: Case, notice: Notice, senior: Actor) -> None:
    row = settled(case, senior)
    shown = f"{row!r} {row.photos} {row.facts!r} {row.final!r}"
    personal = (notice.plate, notice.vin, notice.policy_number, notice.contact.phone, notice.contact.name, "看过照片")
    assert not [word for word in personal if word and word in shown]
