"""Why this amount: from the photo to the row of the table, and who changed it, on both databases."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from desks import AT, changed, customer, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, looked_at, reported, somebody

from claims.actors import Actor
from claims.desk import deciding, queue, reviewing
from claims.desk.cover import Cover, state_cover
from claims.desk.explaining import explain
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.desk.reviewing import InReview
from claims.explanation import Changed, Explanation
from claims.ids import new_id
from claims.keys import Keys
from claims.marks import Mark
from claims.notice import Notice
from claims.repository import offers
from claims.repository.book import Books
from claims.repository.offers import Offer
from claims.review_changes import Add, Change, Edit, Remove, Why
from claims.rule_sources import RuleFile
from claims.states import Role
from model.errors import RightsError
from model.texts import LANGUAGES, Texts
from model.vocabulary import Part
from parts_pricing.operations import Operation

SCRATCH = scene("01-scratched-door-two-views")
NOW = AT + HOUR
HOOD = Add(part=Part.HOOD, operation=Operation.REPAIR, why=Why.MISSED, marks=(Mark(photo=1, box=(10, 10, 90, 90)),))


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def offered(house: House, notice: Notice) -> Case:
    case = reported(house, notice)
    cover = Cover(policy_active=True, plate_matches_policy=True)
    case.do(somebody(house, Role.FRONT_LINE), AT, state_cover, cover)
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    looked_at(case, AT)
    return case


@pytest.fixture
def in_hands(house: House, notice: Notice) -> tuple[Case, Actor]:
    case, expert = in_review(house, notice, SCRATCH), somebody(house, Role.EXPERT)
    case.do(expert, NOW, queue.take)
    return case, expert


def explained(case: Case, actor: Actor | None = None) -> Explanation:
    found = case.see(actor or case.customer, NOW, explain)
    assert found is not None
    return found


def settled(case: Case, actor: Actor, *changes: Change) -> InReview:
    found = case.see(actor, NOW, reviewing.review_of)
    after = case.do(actor, NOW, reviewing.correct, changes, found.version)
    case.do(
        actor, NOW + MINUTE, deciding.approve, after.version, "看过报价单", [Why.QUOTATION], despite_cover="unknown"
    )
    return after


def offer_of(case: Case) -> Offer:
    with case.house.books.reading() as book:
        found = offers.open_of(book, case.id)
    assert found is not None
    return found


def test_every_amount_leads_back_to_a_photo_a_rule_and_a_row(offered: Case) -> None:
    told, offer = explained(offered), offer_of(offered)
    assert (told.offer, told.machine, told.amount, told.total) == (offer.id, True, offer.amount, offer.total)
    [line] = told.lines
    assert (line.rule, line.human, line.changed) == ("door.scratch.moderate", None, ())
    assert line.price_row == "CN/CN2_60_150k/front_door/2026-11-01"
    assert {(seen.photo, seen.label, seen.box) for seen in line.seen} == {
        (1, "scratch", (690, 440, 720, 452)),
        (2, "scratch", (400, 400, 470, 430)),
    }
    assert [note.code for note in line.basis][-1] == "pricing.row"
    assert line.basis[-1].facts["version"] in told.versions["prices"]
    assert line.amount == line.holds.labour + line.holds.paint + line.holds.parts + line.holds.other == told.total


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_reads_it_in_short(offered: Case, language: str) -> None:
    told, texts = explained(offered), Texts.load(language)
    sentences = [texts.say(note) for note in told.in_short]
    assert len(sentences) == len(told.reasons) + len(told.lines) + 1
    assert texts.name(Part.FRONT_DOOR) in sentences[-2]
    assert f"{told.total:,f}" in sentences[-1]


def test_nothing_is_explained_before_there_is_anything(house: House, notice: Notice) -> None:
    case = reported(house, notice)
    assert case.see(case.customer, NOW, explain) is None


def test_a_persons_word_stands_beside_the_machines(in_hands: tuple[Case, Actor]) -> None:
    case, expert = in_hands
    before = explained(case, expert)
    assert (before.offer, before.machine) == (None, True)
    quoted = {"labour": Decimal("500.00"), "paint": Decimal(0), "parts": Decimal(0), "other": Decimal(0)}
    after = settled(case, expert, Edit(line=0, why=Why.QUOTATION, remark="王小明的报价", **quoted), HOOD)
    told = explained(case)
    door, hood = told.lines
    assert (told.machine, told.total, told.amount) == (False, after.review.total, after.review.net)
    assert door.machine == before.lines[0].machine
    assert (door.basis, door.seen, door.rule) == (before.lines[0].basis, before.lines[0].seen, before.lines[0].rule)
    assert (door.amount, door.changed) == (Decimal(500), (Changed(role=Role.EXPERT, at=NOW, why=Why.QUOTATION),))
    assert (hood.machine, hood.basis, hood.changed[0].why) == (None, (), Why.MISSED)
    assert [(seen.photo, seen.label, seen.score) for seen in hood.seen] == [(2, None, None)]
    short = [note.code for note in told.in_short]
    assert short == [
        "name.why.quotation",
        *("explained.part", "explained.changed"),
        *("explained.part", "explained.added"),
        "explained.total",
    ]
    for language in LANGUAGES:
        said = " ".join(Texts.load(language).say(note) for note in told.in_short)
        assert "王小明" not in said + repr(told)
        assert "{" not in said


def test_what_a_person_took_out_stays_to_be_seen(in_hands: tuple[Case, Actor]) -> None:
    case, expert = in_hands
    settled(case, expert, HOOD, Remove(line=0, why=Why.OLD_DAMAGE))
    door, hood = explained(case).lines
    assert (door.removed, door.amount, door.machine is None) == (True, Decimal(0), False)
    assert explained(case).total == hood.amount
    assert door.notes[-1].code == "explained.removed"
    assert door.notes[-1].facts["before"] == door.holds.total > 0


def test_corrections_that_nobody_approved_explain_nothing(in_hands: tuple[Case, Actor]) -> None:
    case, expert = in_hands
    before = explained(case)
    found = case.see(expert, NOW, reviewing.review_of)
    case.do(expert, NOW, reviewing.correct, [HOOD], found.version)
    assert explained(case) == before


def test_it_does_not_change_with_the_tables_in_force(in_hands: tuple[Case, Actor]) -> None:
    case, expert = in_hands
    settled(case, expert, HOOD)
    dearer = changed(case.house.rulebook, RuleFile.PARTS, ",480,1,", ",580,1,")
    later = replace(case.house, eyes=replace(case.house.eyes, rulebook=dearer))
    assert later.rulebook.versions != case.house.rulebook.versions
    assert explained(Case(later, case.id, case.customer)) == explained(case)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FRONT_LINE, Role.JUNIOR])
def test_staff_may_ask_why(offered: Case, role: Role) -> None:
    actor = somebody(offered.house, role, "another")
    assert explained(offered, actor) == explained(offered)


def test_nobody_else_may(offered: Case) -> None:
    with pytest.raises(RightsError, match="forbidden"):
        explained(offered, somebody(offered.house, Role.ADMIN))
    with pytest.raises(RightsError, match="not_found"):
        explained(offered, customer(AT, new_id(AT)))
