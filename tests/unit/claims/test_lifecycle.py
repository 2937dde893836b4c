"""Every state, move and role against the file itself; and files that no insurer may put in force."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from claims.lifecycle import Lifecycle, Place
from claims.states import CaseState, Guard, Owner, PublicState, Role
from model.errors import ClaimError, RulesError
from model.texts import LANGUAGES, Texts

LIFE = Lifecycle.load()
TEXT = files("data").joinpath("rules", "lifecycle.yaml").read_text("utf-8")
TREE: dict[str, Any] = yaml.safe_load(TEXT)
NAMES = sorted({move["name"] for move in TREE["moves"]})
PLACES = list(LIFE.places())
ORDER = list(PublicState)


def in_the_file(state: CaseState, name: str) -> dict[str, Any] | None:
    found = [move for move in TREE["moves"] if move["name"] == name and state.value in move["from"]]
    assert len(found) <= 1
    return found[0] if found else None


def target(place: Place, move: dict[str, Any]) -> str | None:
    return {"origin": place.came_from, "same": place.state}.get(move["to"], move["to"])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.state}-{place.came_from or ''}")
def test_every_triple_is_in_the_file_or_raises_its_code(place: Place, role: Role) -> None:
    for name in NAMES:
        entry = in_the_file(place.state, name)
        if entry is not None and role.value in entry["by"]:
            move = LIFE.move(place.state, name, role, came_from=place.came_from)
            assert (move.to, move.before, move.role) == (target(place, entry), place.state, role)
            assert {guard.value for guard in move.needs} == set(entry.get("needs", ()))
            assert (move.node and move.node.value) == entry.get("node")
            assert name in LIFE.possible(place.state, role)
            continue
        with pytest.raises(ClaimError) as raised:
            LIFE.move(place.state, name, role, came_from=place.came_from)
        assert raised.value.code == ("claim.impossible_move" if entry is None else "claim.not_yours_to_do")
        assert raised.value.facts["possible"] == LIFE.possible(place.state, role)
        assert (raised.value.facts["state"], raised.value.facts["move"]) == (place.state, name)
        assert name not in LIFE.possible(place.state, role)


def test_a_name_that_is_no_move_is_not_repeated() -> None:
    with pytest.raises(ClaimError) as raised:
        LIFE.move(CaseState.REPORTED, "京A12345", Role.CUSTOMER)
    assert raised.value.code == "claim.impossible_move"
    assert "京A12345" not in str(raised.value)
    assert "京A12345" not in str(raised.value.facts)


def walk(*steps: tuple[str, Role]) -> list[CaseState]:
    place, seen = Place(CaseState.REPORTED), []
    for name, role in steps:
        move = LIFE.move(place.state, name, role, came_from=place.came_from)
        place = Place(move.to, move.came_from)
        seen.append(move.to)
    return seen


def test_a_case_goes_straight_through() -> None:
    way = walk(
        ("submit_materials", Role.APP),
        ("start_assessment", Role.SYSTEM),
        ("offer", Role.SYSTEM),
        ("publish_offer", Role.SYSTEM),
        ("accept", Role.CUSTOMER),
        ("start_payment", Role.SYSTEM),
        ("confirm_payment", Role.SYSTEM),
    )
    shown = [LIFE.public(state) for state in way]
    assert shown == ["submitted"] * 3 + ["assessed"] * 2 + ["pending_payment", "closed"]
    assert way[-1] is CaseState.CLOSED


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        # a person's request for photos comes back to the person, the machine's to the machine
        ([("refer", Role.SYSTEM), ("ask_photos", Role.JUNIOR), ("add_photos", Role.CUSTOMER)], CaseState.IN_REVIEW),
        ([("ask_photos", Role.SYSTEM), ("add_photos", Role.CUSTOMER)], CaseState.ASSESSING),
        # one level after another, and back to where the case came from
        (
            [
                ("refer", Role.SYSTEM),
                ("escalate", Role.SYSTEM),
                ("escalate", Role.SYSTEM),
                ("return", Role.EXPERT),
            ],
            CaseState.IN_REVIEW,
        ),
        ([("refer", Role.SYSTEM), ("ask_materials", Role.JUNIOR), ("submit_materials", Role.APP)], CaseState.IN_REVIEW),
        ([("suspect", Role.SYSTEM), ("clear", Role.EXPERT)], CaseState.IN_REVIEW),
    ],
)
def test_side_states_remember_where_they_came_from(steps: list[tuple[str, Role]], ends: CaseState) -> None:
    begin = [("submit_materials", Role.CUSTOMER), ("start_assessment", Role.APP)]
    assert walk(*begin, *steps)[-1] is ends


@pytest.mark.parametrize("origin", [None, CaseState.WITHDRAWN, CaseState.ESCALATED])
def test_an_origin_that_cannot_be_is_our_fault(origin: CaseState | None) -> None:
    for ask in (
        lambda: LIFE.move(CaseState.ESCALATED, "return", Role.EXPERT, came_from=origin),
        lambda: LIFE.public(CaseState.ESCALATED, origin),
    ):
        with pytest.raises(ClaimError, match=r"claim\.origin_unknown"):
            ask()


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(Role)), max_size=40))
def test_a_public_state_never_goes_back_unsaid(draws: list[tuple[int, Role]]) -> None:
    place = Place(LIFE.start.state)
    for draw, role in draws:
        if names := LIFE.possible(place.state, role):
            move = LIFE.move(place.state, names[draw % len(names)], role, came_from=place.came_from)
            before, after = LIFE.public(place.state, place.came_from), LIFE.public(move.to, move.came_from)
            assert move.steps_back is (ORDER.index(after) < ORDER.index(before))
            if move.steps_back:
                assert move.node is not None
                assert role is not Role.SYSTEM
            place = Place(move.to, move.came_from)


@pytest.mark.parametrize("machine", [{Role.SYSTEM}, {Role.APP}, {Role.SYSTEM, Role.APP}])
def test_machines_alone_never_end_a_case_without_payment(machine: set[Role]) -> None:
    moves = [
        LIFE.move(place.state, name, role, came_from=place.came_from)
        for place in PLACES
        for role in machine
        for name in LIFE.possible(place.state, role)
    ]
    assert len(moves) > 10
    assert not {move.to for move in moves} & {CaseState.DECLINED_MANUAL, CaseState.WITHDRAWN}
    paid = [move for move in moves if move.to is CaseState.CLOSED]
    assert all(Guard.PAYMENT_PROOF in move.needs for move in paid)


def test_those_who_only_watch_or_set_rules_move_nothing() -> None:
    assert not [state for state in CaseState for role in (Role.AUDITOR, Role.ADMIN) if LIFE.possible(state, role)]


def test_what_is_not_met_is_named_in_a_fixed_order() -> None:
    decline = LIFE.move(CaseState.IN_REVIEW, "decline", Role.SENIOR)
    assert decline.unmet(set()) == (Guard.REASON, Guard.TERMS_CITED, Guard.WITHIN_AUTHORITY)
    assert decline.unmet({Guard.REASON, Guard.WITHIN_AUTHORITY, Guard.PHOTOS}) == (Guard.TERMS_CITED,)
    assert decline.unmet(set(Guard)) == ()


def test_a_clock_runs_only_where_the_insurer_has_to_act() -> None:
    running = {state for state, rule in LIFE.states.items() if rule.clock}
    waiting = {state for state, rule in LIFE.states.items() if rule.owner is Owner.CUSTOMER}
    assert not running & waiting
    assert {state for state in CaseState if LIFE.rests(state)} == set(CaseState) - running - waiting


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", CaseState)
def test_the_next_step_is_said(state: CaseState, language: str) -> None:
    texts = Texts.load(language)
    due = datetime(2026, 2, 24, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    plain, dated = (texts.say(LIFE.next_step(state, due_at=moment)) for moment in (None, due))
    assert plain == plain.strip()
    assert dated.startswith(plain)
    assert {"en": "2026-02-24", "zh": "2026年2月24日"}[language] in dated
    assert "18:00" in dated


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_it_has_a_name(language: str) -> None:
    texts = Texts.load(language)
    wanted = {f"name.{kind}.{word}" for kind, words in WORDS.items() for word in words} | {
        f"move.{name}" for name in NAMES
    }
    codes = ("impossible_move", "not_yours_to_do", "origin_unknown")
    wanted |= {f"problem.claim.{code}.{part}" for code in codes for part in ("title", "detail")}
    assert wanted <= texts.sentences.keys()
    assert {code for code in texts.sentences if code.startswith("move.")} == {f"move.{name}" for name in NAMES}


WORDS = {"case_state": CaseState, "public_state": PublicState, "owner": Owner, "guard": Guard}


# --- files that are refused -----------------------------------------------------------------------------------------

Edit = Callable[[dict[str, Any]], None]


def entry(tree: dict[str, Any], name: str, state: str) -> dict[str, Any]:
    return next(move for move in tree["moves"] if move["name"] == name and state in move["from"])


def without(name: str, state: str) -> Edit:
    return lambda tree: entry(tree, name, state)["from"].remove(state)


def changed(name: str, state: str, **values: object) -> Edit:
    return lambda tree: entry(tree, name, state).update(values)


def added(**move: object) -> Edit:
    return lambda tree: tree["moves"].append(move)


def state_as(state: str, **values: object) -> Edit:
    return lambda tree: tree["states"][state].update(values)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda tree: tree["states"].pop("fraud_review"), "states without a rule: fraud_review"),
        (lambda tree: tree["states"].update(rejected={"public": "closed", "clock": False}), "rejected"),
        (changed("decline", "in_review", by=["senior", "system"]), "no machine leads to declined_manual"),
        (changed("decline", "in_review", by=["senior", "app"]), "no machine leads to declined_manual"),
        (changed("decline", "in_review", by=["senior", "customer"]), "only a person of the insurer declines"),
        (changed("accept", "assessed", by=["customer", "app"]), "only the customer accepts"),
        (
            changed("settle", "in_review", by=["junior", "system"]),
            "a machine leads to assessed only from auto_assessed",
        ),
        (changed("close_unpaid", "confirmed", by=["system"]), "a machine leads to closed only from pending_payment"),
        (changed("withdraw", "reported", by=["customer", "system"]), "no machine leads to withdrawn"),
        (without("contest", "declined_manual"), "a customer cannot contest in declined_manual"),
        (without("contest", "closed"), "a customer cannot contest in closed"),
        (without("contest", "escalated"), "a customer cannot contest in escalated"),
        (changed("contest", "closed", by=["front_line"]), "a customer cannot contest in assessed"),
        (without("withdraw", "fraud_review"), "a customer cannot withdraw in fraud_review"),
        (without("refuse_automation", "assessed"), "from: Tuple should have at least 1 item"),
        (changed("refuse_automation", "assessed", by=["app"]), "a customer cannot refuse_automation in assessed"),
        (changed("contest", "closed", steps_back=False), "contest from assessed steps back without saying so"),
        (
            lambda tree: entry(tree, "recall", "assessed").pop("node"),
            "recall from assessed steps back without saying so",
        ),
        (changed("recall", "assessed", needs=[]), "recall from assessed steps back without a reason"),
        (changed("recall", "assessed", by=["expert", "system"]), "no machine takes a result back"),
        (
            added(name="undo", by=["expert"], to="reported", **{"from": ["withdrawn"]}),
            "withdrawn is final and has a way out",
        ),
        (
            added(name="offer", by=["system"], to="in_review", **{"from": ["assessing"]}),
            "offer from assessing is there twice",
        ),
        (changed("return", "escalated", to="same"), "escalated has no way out"),
        (state_as("in_review", owner=None, clock=False), "nobody owns in_review"),
        (state_as("closed", clock=True), "the clock runs in closed for nobody"),
        (state_as("escalated", remembers=False), "escalated shows its origin but does not remember it"),
        (state_as("more_photos", remembers=False), "add_photos: more_photos remembers no origin"),
        (state_as("in_review", remembers=True), "forgets where in_review came from"),
        (changed("settle", "in_review", needs=["luck"]), "needs"),
        (changed("settle", "in_review", by=["robot"]), "by"),
        (added(name="Loop", by=["expert"], to="closed", **{"from": ["assessed"]}), "name"),
    ],
)
def test_a_file_that_would_wrong_someone_is_refused(edit: Edit, told: str) -> None:
    tree = yaml.safe_load(TEXT)
    edit(tree)
    with pytest.raises(RulesError) as raised:
        Lifecycle.from_yaml(yaml.safe_dump(tree))
    assert raised.value.code == "rules.invalid"
    assert told in str(raised.value)


def test_a_state_without_a_way_in_or_out_is_refused() -> None:
    tree = yaml.safe_load(TEXT)
    tree["moves"] = [move for move in tree["moves"] if move["to"] != "third_party_reassessment"]
    with pytest.raises(RulesError, match="third_party_reassessment cannot be reached"):
        Lifecycle.from_yaml(yaml.safe_dump(tree))
    tree = yaml.safe_load(TEXT)
    for move in tree["moves"]:
        move["from"] = [state for state in move["from"] if state != "declined_manual"] or ["in_review"]
    with pytest.raises(RulesError, match="declined_manual has no way out"):
        Lifecycle.from_yaml(yaml.safe_dump(tree))


def test_the_version_names_the_content() -> None:
    assert LIFE.version.startswith(f"{TREE['version']}@")
    assert Lifecycle.from_yaml(TEXT + "\n# a remark\n").version != LIFE.version
