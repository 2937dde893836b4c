"""How much one case holds, on both databases: what is over is refused with a code; nothing that was there is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, Case, in_review, reported, somebody

from claims import case_limits
from claims.case_limits import CaseLimits, Held
from claims.desk import deciding, queue, room, submitting, wishes
from claims.desk.cover import Cover, state_cover
from claims.desk.house import House
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import complaints, materials, stated
from claims.repository.book import Book, Books
from claims.states import CaseState, Role
from model.errors import ClaimError, RulesError

SCRATCH = scene("01-scratched-door-two-views")
LIMITS = case_limits.shipped()


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return reported(house, notice)


def full(held: Held, send: Callable[[int], Any]) -> None:
    """As many as fit are taken; one more is refused."""
    for number in range(LIMITS.most(held)):
        send(number)
    with pytest.raises(ClaimError) as refused:
        send(LIMITS.most(held))
    assert (refused.value.code, refused.value.facts["what"]) == ("claim.too_many", held)


def there(case: Case, count: Callable[[Book], int]) -> int:
    with case.house.books.reading() as book:
        return count(book)


def test_documents(case: Case) -> None:
    def hand_in(number: int) -> None:
        with case.house.desk(case.customer, AT) as desk:
            room.for_document(desk, case.now, Material.BANK_CARD, f"{number:064x}")
            submitting.add_material(desk, case.id, Material.BANK_CARD, f"{number:064x}")

    full(Held.DOCUMENTS, hand_in)
    hand_in(0)
    assert there(case, lambda book: len(materials.of_claim(book, case.id))) == LIMITS.documents


def test_complaints(case: Case) -> None:
    full(Held.COMPLAINTS, lambda number: case.do(case.customer, AT, wishes.complain, f"{number}"))
    assert there(case, lambda book: complaints.count(book, [case.id])) == LIMITS.complaints


def test_statements_on_cover(case: Case, house: House) -> None:
    front = somebody(house, Role.FRONT_LINE)
    full(Held.STATEMENTS, lambda number: case.do(front, AT, state_cover, Cover(deductible=number)))
    assert there(case, lambda book: len(stated.of_claim(book, case.id))) == LIMITS.statements


def test_objections(house: House, notice: Notice) -> None:
    case = in_review(house, notice, SCRATCH)

    def contest(number: int) -> None:
        expert = somebody(house, Role.EXPERT, f"expert-{number}")
        if case.now.state is CaseState.CONTESTED:
            case.do(expert, AT + HOUR, queue.take_up)
        else:
            case.do(expert, AT + HOUR, queue.take)
        case.do(expert, AT + HOUR, deciding.decline, "旧损", "第七条")
        case.do(case.customer, AT + HOUR, wishes.contest, "不同意")

    full(Held.CONTESTS, contest)
    assert case.now.state is CaseState.DECLINED_MANUAL


def test_a_wish_for_a_person_is_noted_once(case: Case) -> None:
    before = len(case.steps)
    for _ in range(3):
        assert case.do(case.customer, AT, wishes.refuse_automation).facts.automation_refused
    assert len(case.steps) == before + 1


@pytest.mark.parametrize("wrong", ["documents: 0", "document_mib: 1000", "complaints: many", "unknown: 1"])
def test_limits_that_cannot_be_meant_are_refused(wrong: str) -> None:
    name = wrong.partition(":")[0]
    given = {**LIMITS.model_dump(), "version": "2026-11-23"}
    lines = [f"{key}: {value}" for key, value in given.items() if key not in {name, "version"}]
    with pytest.raises(RulesError):
        CaseLimits.from_yaml("\n".join(['version: "2026-11-23"', *lines, wrong]))
