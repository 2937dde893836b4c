"""Whoever alters, deletes, swaps, repeats or cuts off any entry is found; and no personal data fits into one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.audit import GENESIS, Entry, Head, Thing, ThingKind, append, canonical, facts_of, facts_text, hash_of
from claims.audit_check import Fault, FaultKind, verify
from claims.audit_facts import FACTS, told
from claims.lifecycle import Lifecycle
from claims.states import CaseState, Role
from model.errors import RightsError, SecrecyError
from model.notes import note
from model.texts import LANGUAGES, Texts

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
KEY = b"k" * 32
ADJUSTER = Actor(kind=ActorKind.STAFF, id=UUID(int=7), role=Role.SENIOR)
CLAIM = Thing(ThingKind.CLAIM, UUID(int=9))


def chain(length: int, key: bytes | None = KEY) -> list[Entry]:
    entries: list[Entry] = []
    for step in range(length):
        facts = {"before": CaseState.IN_REVIEW, "amount": Decimal("624.00"), "lines": step, "reasoned": True}
        after = entries[-1].head if entries else GENESIS
        at = AT + timedelta(seconds=step)
        entries.append(append(after, at=at, actor=ADJUSTER, action=Action.APPROVE, on=CLAIM, facts=facts, key=key))
    return entries


def found(entries: Sequence[Entry], **known: Any) -> set[tuple[FaultKind, int]]:
    return {(fault.kind, fault.seq) for fault in verify(entries, **{"key": KEY, **known})}


WHOLE = chain(12)
HEAD = WHOLE[-1].head


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("length", [0, 1, 2, 50])
def test_a_chain_that_is_whole_has_no_fault(length: int, key: bytes | None) -> None:
    entries = chain(length, key)
    head = entries[-1].head if entries else GENESIS
    anchors = [entry.head for entry in entries[::5]]
    assert verify(entries, key=key) == ()
    assert verify(iter(entries), key=key, head=head, anchors=anchors) == ()
    middle = entries[length // 2 - 1].head if length > 1 else GENESIS
    assert verify(entries[length // 2 :], key=key, head=head, since=middle) == ()


def test_the_hash_is_what_the_page_says() -> None:
    """Anyone can compute it anew from the stored row, without this program."""
    assert canonical(chain(1)[0]).decode("utf-8") == (
        '{"action":"approve","actor":"staff:00000000-0000-0000-0000-000000000007","at":"2026-11-22T08:30:00.123456Z",'
        '"facts":"{\\"amount\\":\\"624.00\\",\\"before\\":\\"in_review\\",\\"lines\\":0,\\"reasoned\\":true}",'
        '"object":"claim:00000000-0000-0000-0000-000000000009",'
        f'"previous":"{GENESIS.hash}","role":"senior","seq":1}}'
    )
    assert chain(1, None)[0].hash == "1c9088b6af319586b60263445fd2dfe924bc59ef74b9815f83a7f84481fac355"


def test_keyed_and_plain_hashes_differ_and_neither_passes_for_the_other() -> None:
    assert {kind for kind, _ in found(chain(3, None))} == {FaultKind.ALTERED}
    assert {kind for kind, _ in found(chain(3), key=None)} == {FaultKind.ALTERED}
    assert {kind for kind, _ in found(chain(3), key=b"x" * 32)} == {FaultKind.ALTERED}


# --- what somebody with the database can do -------------------------------------------------------------------------

places = st.integers(0, len(WHOLE) - 1)
alterations = st.sampled_from(
    [
        {"at": AT - timedelta(days=1)},
        {"at": AT.replace(tzinfo=None)},
        {"actor": "staff:00000000-0000-0000-0000-000000000008"},
        {"role": "expert"},
        {"action": "decline"},
        {"object": "claim:00000000-0000-0000-0000-000000000001"},
        {"facts": {}},
        {"facts": {"before": "in_review", "amount": "624.01", "lines": 0, "reasoned": True}},
        {"facts": {"amount": 624.0}},
        {"facts": {"amount": float("nan")}},
        {"facts": {"amount": {"nested": 1}}},
        {"facts": {"lines": (1,)}},
        {"previous": "0" * 64},
        {"previous": ""},
        {"hash": "0" * 64},
        {"hash": ""},
        {"role": "\ud800"},
        {"seq": 10**12},
        {"seq": 0},
        {"seq": -1},
        {"seq": None},
        {"action": None},
    ]
)


@given(places, alterations)
def test_an_altered_entry_is_found_and_named(place: int, change: dict[str, Any]) -> None:
    altered = [*WHOLE[:place], replace(WHOLE[place], **change), *WHOLE[place + 1 :]]
    faults = found(altered)
    named = change.get("seq", place + 1)
    assert (FaultKind.ALTERED, named if named and named > 0 else 0) in faults
    if "seq" not in change:
        assert {seq for _, seq in faults} <= {place + 1, place + 2}


@given(places)
def test_a_number_for_a_flag_is_an_alteration(place: int) -> None:
    facts = {**WHOLE[place].facts, "reasoned": 1}
    altered = [*WHOLE[:place], replace(WHOLE[place], facts=facts), *WHOLE[place + 1 :]]
    assert found(altered) == {(FaultKind.ALTERED, place + 1)}


@given(places, places)
def test_deleted_entries_are_found_and_named(one: int, other: int) -> None:
    first, last = sorted((one, other))
    rest = WHOLE[:first] + WHOLE[last + 1 :]
    at_end = last == len(WHOLE) - 1
    expected = Fault(first + 1, FaultKind.TRUNCATED if at_end else FaultKind.MISSING, last + 1)
    assert verify(rest, key=KEY, head=HEAD) == (expected,)
    assert verify(rest, key=KEY, anchors=[HEAD]) == (expected,)
    if not at_end:
        assert verify(rest, key=KEY) == (expected,)


@given(places, places)
def test_swapped_entries_are_found(one: int, other: int) -> None:
    swapped = list(WHOLE)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    faults = found(swapped, head=HEAD)
    assert bool(faults) is (one != other)
    assert {kind for kind, _ in faults} <= {FaultKind.MOVED}
    assert {seq for _, seq in faults} <= {seq + 1 for seq in range(min(one, other), max(one, other))}


@given(places, places)
def test_repeated_entries_are_found_and_named(which: int, where: int) -> None:
    repeated = [*WHOLE[:where], WHOLE[which], *WHOLE[where:]]
    faults = verify(repeated, key=KEY, head=HEAD)
    assert faults
    assert {fault.kind for fault in faults} <= {FaultKind.DUPLICATED, FaultKind.MOVED}
    if which < where:
        assert faults == (Fault(which + 1, FaultKind.DUPLICATED, which + 1),)


@given(st.permutations(range(len(WHOLE))))
def test_any_other_order_is_found(order: list[int]) -> None:
    assert bool(verify([WHOLE[place] for place in order], key=KEY)) is (order != sorted(order))


@given(st.lists(places, max_size=20))
def test_only_the_chain_itself_is_whole(picked: list[int]) -> None:
    """Any selection, any order, any repetition."""
    whole = picked == list(range(len(WHOLE)))
    assert bool(verify([WHOLE[place] for place in picked], key=KEY, head=HEAD)) is not whole


def forged(entries: Sequence[Entry], place: int, key: bytes | None) -> list[Entry]:
    """Changed at ``place`` and computed anew from there to the end."""
    made = list(entries[:place])
    for entry in entries[place:]:
        previous = made[-1].hash if made else GENESIS.hash
        role = "expert" if entry.seq == place + 1 else entry.role
        again = replace(entry, role=role, previous=previous)
        made.append(replace(again, hash=hash_of(again, key)))
    return made


@given(places)
def test_without_the_key_no_chain_can_be_made_anew(place: int) -> None:
    faults = found(forged(WHOLE, place, None))
    assert {(FaultKind.ALTERED, seq) for seq in range(place + 1, len(WHOLE) + 1)} <= faults


@given(places, places)
def test_a_chain_made_anew_with_the_key_is_not_the_one_kept_elsewhere(place: int, kept: int) -> None:
    rewritten = forged(WHOLE, place, KEY)
    assert found(rewritten) == set(), "only what is kept elsewhere shows it"
    assert found(rewritten, head=HEAD) == {(FaultKind.OTHER_HISTORY, len(WHOLE))}
    anchored = found(rewritten, anchors=[WHOLE[kept].head])
    assert anchored == ({(FaultKind.OTHER_HISTORY, kept + 1)} if kept >= place else set())


@given(places)
def test_one_entry_computed_anew_no_longer_leads_to_the_next(place: int) -> None:
    one = forged(WHOLE, place, KEY)[place]
    faults = found([*WHOLE[:place], one, *WHOLE[place + 1 :]], head=HEAD)
    last = place == len(WHOLE) - 1
    assert faults == {(FaultKind.OTHER_HISTORY, place + 1) if last else (FaultKind.UNLINKED, place + 2)}


def test_entries_after_the_head_are_found() -> None:
    assert verify(WHOLE, key=KEY, head=WHOLE[8].head) == (Fault(10, FaultKind.BEYOND_HEAD, 12),)


def test_an_emptied_log_is_found() -> None:
    assert verify([], key=KEY, head=HEAD) == (Fault(1, FaultKind.TRUNCATED, 12),)


def test_links_that_contradict_each_other_are_a_fault() -> None:
    assert found(WHOLE, head=HEAD, anchors=[Head(5, "0" * 64)]) == {(FaultKind.OTHER_HISTORY, 5)}
    assert found(WHOLE[5:], since=WHOLE[4].head, anchors=[Head(5, "0" * 64)]) == {(FaultKind.OTHER_HISTORY, 5)}
    assert found(WHOLE[5:], since=Head(5, "0" * 64)) == {(FaultKind.UNLINKED, 6)}


def test_a_tail_does_not_pass_for_the_whole() -> None:
    assert verify(WHOLE[5:], key=KEY, head=HEAD) == (Fault(1, FaultKind.MISSING, 5),)


# --- what an entry may tell -----------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(FACTS)), st.text(min_size=4) | st.integers(min_value=10**9) | st.floats() | st.binary())
def test_no_free_text_no_long_number_and_no_float_is_a_fact(name: str, value: object) -> None:
    with pytest.raises(SecrecyError) as raised:
        told({name: value})
    assert raised.value.code == "secrecy.fact_refused"
    assert raised.value.__cause__ is None
    assert len(str(value)) < 3 or str(value) not in str(raised.value)


@pytest.mark.parametrize("value", ["京A12345", "1M8GDM9AXKP042788", "13800001234", "Wang", "王伟", "P-2026-000123"])
def test_personal_data_fits_nowhere(value: str) -> None:
    forms: list[object] = [value, (value,), [value], {value: value}, value.encode()]
    if value.isdigit():
        forms += [int(value), Decimal(value)]
    for name in FACTS:
        for form in forms:
            with pytest.raises(SecrecyError):
                told({name: form})
    with pytest.raises(SecrecyError) as raised:
        told({value: 1})
    assert value not in str(raised.value)
    assert value not in str(raised.value.facts)


def test_facts_of_each_kind_are_told_and_come_back() -> None:
    refusal = RightsError("forbidden", "of nobody's business")
    move = Lifecycle.load().move(CaseState.IN_REVIEW, "settle", Role.SENIOR)
    facts = {
        "before": CaseState.IN_REVIEW,
        "move": move,
        "code": refusal,
        "reasons": {note("reason.INJURY"), note("reason.EV")},
        "claim": UUID(int=9),
        "photos": 4,
        "automatic": False,
        "amount": Decimal("-1E+2"),
        "due_at": AT.astimezone(timezone(timedelta(hours=8))),
        "photo_sha256": "ab" * 32,
        "policy": "2026-11-22",
        "prices": "demo-2026-11@0123abcd",
        "currency": "CNY",
        "holder": None,
    }
    stored = told(facts)
    assert stored == {
        "before": "in_review",
        "move": "settle",
        "code": "rights.forbidden",
        "reasons": ("reason.EV", "reason.INJURY"),
        "claim": str(UUID(int=9)),
        "photos": 4,
        "automatic": False,
        "amount": "-100",
        "due_at": "2026-11-22T08:30:00.123456Z",
        "photo_sha256": "ab" * 32,
        "policy": "2026-11-22",
        "prices": "demo-2026-11@0123abcd",
        "currency": "CNY",
        "holder": None,
    }
    assert facts_of(facts_text(stored)) == stored


def test_an_entry_survives_its_row() -> None:
    """As a database gives it back: texts, and the facts from their text."""
    entry = chain(3)[2]
    row = replace(entry, facts=facts_of(facts_text(entry.facts)), at=entry.at.astimezone(timezone(timedelta(hours=8))))
    assert hash_of(row, KEY) == entry.hash


@pytest.mark.parametrize("value", [624.0, float("nan"), {"nested": 1}, (1,), Decimal(1), b"x"])
def test_only_plain_facts_have_a_text(value: Any) -> None:
    with pytest.raises(TypeError, match="a fact"):
        facts_text({"amount": value})


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="zone"):
        append(GENESIS, at=AT.replace(tzinfo=None), actor=ADJUSTER, action=Action.APPROVE, on=CLAIM, facts={})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_is_said(language: str) -> None:
    texts = Texts.load(language)
    said = {kind: texts.say(Fault(3, kind, 5).note) for kind in FaultKind}
    assert len(set(said.values())) == len(FaultKind)
    of_the_head = {FaultKind.UNSEALED, FaultKind.HEADLESS}
    assert {kind for kind, sentence in said.items() if "3" not in sentence} <= of_the_head
