"""Who is drawn for a check: as many as were set, the same whenever it is asked, and nobody can foretell it."""

from decimal import Decimal
from uuid import UUID

from desks import AT
from hypothesis import given
from hypothesis import strategies as st

from claims.desk.suspicions import draw
from claims.facts import CaseFacts
from claims.repository.claims import Claim
from claims.states import CaseState, Owner


def a_claim(number: int) -> Claim:
    return Claim(
        id=UUID(int=number),
        state=CaseState.REPORTED,
        owner=Owner.CUSTOMER,
        region="CN",
        opened_at=AT,
        state_since=AT,
        facts=CaseFacts(),
    )


def test_the_share_that_is_drawn_is_the_share_that_was_set() -> None:
    """10,000 cases at 5 %: within four standard deviations of 500 (±87), and every tenth alike."""
    drawn = [draw(b"k" * 32, a_claim(number), [f"{number:064x}"]) for number in range(10_000)]
    assert 413 <= sum(value < Decimal("0.05") for value in drawn) <= 587
    tenths = [sum(Decimal(tenth) / 10 <= value < Decimal(tenth + 1) / 10 for value in drawn) for tenth in range(10)]
    assert sum(tenths) == 10_000
    assert all(880 <= count <= 1120 for count in tenths)


def test_without_the_key_nobody_can_tell() -> None:
    """Who has a key of their own agrees with us as often as by chance."""
    share = Decimal("0.05")
    ours = {n for n in range(10_000) if draw(b"k" * 32, a_claim(n), ["a" * 64]) < share}
    theirs = {n for n in range(10_000) if draw(b"x" * 32, a_claim(n), ["a" * 64]) < share}
    assert len(ours & theirs) <= 50, "25 expected; 50 is five standard deviations more"


@given(
    key=st.binary(min_size=32, max_size=32),
    number=st.integers(0, 2**128 - 1),
    digests=st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=5, unique=True),
)
def test_a_draw_is_a_number_of_six_places_whatever_the_order(key: bytes, number: int, digests: list[str]) -> None:
    value = draw(key, a_claim(number), digests)
    assert 0 <= value < 1
    assert value.as_tuple().exponent == -6
    assert draw(key, a_claim(number), digests[::-1]) == value
    assert CaseFacts.model_validate({"sample_draw": value}).sample_draw == value


def test_another_case_or_another_photo_is_another_draw() -> None:
    one = draw(b"k" * 32, a_claim(1), ["a" * 64])
    assert len({one, draw(b"k" * 32, a_claim(2), ["a" * 64]), draw(b"k" * 32, a_claim(1), ["b" * 64])}) == 3
