"""Every role and every action against the table; what no table may say; and the page that shows it."""

import ast
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml

from claims.actions import Action
from claims.actors import STAFF, Actor, ActorKind
from claims.lifecycle import Lifecycle
from claims.policy import MarketLimits, TriagePolicy
from claims.rights import BEFORE_PROOF, Rights
from claims.rights_objects import Object, OnClaim, OnPerson, OnProposal, Settlement
from claims.rights_page import as_markdown
from claims.states import Role
from claims.triage import CaseClass
from model.errors import RightsError, RulesError
from model.texts import LANGUAGES, Texts

ROOT = Path(__file__).resolve().parents[3]
TEXT = files("data").joinpath("rules", "rights.yaml").read_text("utf-8")
TREE: dict[str, Any] = yaml.safe_load(TEXT)
RIGHTS = Rights.load()
LIMITS: MarketLimits = TriagePolicy.from_yaml(files("data").joinpath("rules", "triage.yaml").read_text("utf-8")).market(
    "CN"
)
KINDS = {Role.CUSTOMER: ActorKind.CUSTOMER, Role.APP: ActorKind.APP, Role.SYSTEM: ActorKind.SYSTEM}
CLAIM, OTHER, ME = UUID(int=1), UUID(int=2), UUID(int=3)
ROWS = {(row[0], role): cell for row in TREE["matrix"][1:] for role, cell in zip(TREE["matrix"][0][1:], row[1:])}  # noqa: B905 - the next test counts


def actor(role: Role, claim: UUID | None = CLAIM) -> Actor:
    kind = KINDS.get(role, ActorKind.STAFF)
    return Actor(kind=kind, id=ME, role=role, claim=claim if role is Role.CUSTOMER else None)


def settlement(
    amount: str = "500", machine: str | None = "500", case: CaseClass = CaseClass.SIMPLE, *, reasoned: bool = True
) -> Settlement:
    named = None if machine is None else Decimal(machine)
    return Settlement(amount=Decimal(amount), machine_amount=named, case_class=case, limits=LIMITS, reasoned=reasoned)


def answer(who: Actor, action: Action, on: Object | None) -> str:
    try:
        RIGHTS.check(who, action, on)
    except RightsError as error:
        assert not RIGHTS.may(who, action, on)
        return error.code
    assert RIGHTS.may(who, action, on)
    return "yes"


def test_every_role_and_action_stands_in_the_table() -> None:
    assert TREE["matrix"][0] == ["action", *Role]
    assert [row[0] for row in TREE["matrix"][1:]] == list(Action)
    assert all(len(row) == 1 + len(Role) for row in TREE["matrix"])
    assert len(ROWS) == len(Action) * len(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", [action for action in Action if action in TREE["claims"]])
def test_a_claim_is_mine_held_someone_elses_or_nobodys(action: Action, role: Role) -> None:
    sees = ROWS["read_claim_masked", role] == "any"
    barred = "rights.not_held" if sees else "rights.not_found"
    mine = OnClaim(id=CLAIM, app=ME, settlement=settlement())
    others = OnClaim(id=OTHER, app=OTHER, settlement=settlement())
    held = OnClaim(id=OTHER, app=OTHER, holder=ME, settlement=settlement())
    held_by_other = OnClaim(id=OTHER, app=OTHER, holder=OTHER, settlement=settlement())
    found = [answer(actor(role), action, claim) for claim in (mine, others, held, held_by_other)]
    assert (
        found
        == {
            "never": ["rights.forbidden"] * 4,
            "own": ["yes", *[barred] * 3],
            "held": [barred, barred, "yes", barred],
            "any": ["yes"] * 4,
        }[ROWS[action.value, role]]
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", [action for action in Action if action not in TREE["claims"]])
def test_what_is_done_to_no_claim(action: Action, role: Role) -> None:
    on = OnProposal(proposer=OTHER) if action in TREE["proposals"] else None
    on_person = OnPerson(id=OTHER) if action in TREE["people"] else None
    assert ROWS[action.value, role] in ("never", "any")
    expected = "yes" if ROWS[action.value, role] == "any" else "rights.forbidden"
    assert answer(actor(role), action, on or on_person) == expected


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.CUSTOMER, {"accept", "contest", "withdraw", "export_own"}, {"approve", "queue_read", "read_audit"}),
        (Role.APP, {"open_claim", "add_photos", "assess"}, {"accept", "withdraw", "delete_own", "manage_apps"}),
        (Role.FRONT_LINE, {"read_claim_masked", "contest"}, {"see_personal_data", "correct_lines", "approve"}),
        (Role.JUNIOR, {"claim_next", "approve"}, {"decline", "take_up", "send_third_party", "start_payment"}),
        (Role.SENIOR, {"decline", "send_third_party"}, {"read_audit", "approve_prices"}),
        (Role.EXPERT, {"decline", "read_claim"}, {"read_audit", "propose_prices", "manage_people"}),
        (Role.AUDITOR, {"read_audit", "verify_audit", "explain"}, {"read_claim", "see_personal_data", "assess"}),
        (Role.ADMIN, {"propose_prices", "approve_policy"}, {"read_claim_masked", "approve", "read_audit"}),
        (Role.SYSTEM, {"offer", "escalate", "verify_audit"}, {"decline", "approve", "accept", "manage_people"}),
    ],
)
def test_roles_are_those_of_the_domain(role: Role, may: set[str], may_not: set[str]) -> None:
    assert all(ROWS[action, role] != "never" for action in may)
    assert all(ROWS[action, role] == "never" for action in may_not)


def test_an_answer_to_an_outsider_does_not_tell_what_exists() -> None:
    visitor = actor(Role.CUSTOMER, claim=None)
    there = OnClaim(id=CLAIM, app=None, settlement=settlement())
    assert answer(visitor, Action.READ_CLAIM, there) == "rights.not_found"
    assert answer(visitor, Action.APPROVE, there) == "rights.forbidden"
    assert answer(actor(Role.APP), Action.READ_CLAIM, there) == "rights.not_found"
    assert answer(visitor, Action.OPEN_CLAIM, None) == "yes"


SIMPLE, ORDINARY, COMPLEX = CaseClass.SIMPLE, CaseClass.ORDINARY, CaseClass.COMPLEX


@pytest.mark.parametrize(
    ("role", "case", "amount", "expected"),
    [
        (Role.JUNIOR, SIMPLE, "999.99", "yes"),
        (Role.JUNIOR, SIMPLE, "1000.00", "rights.beyond_authority"),
        (Role.JUNIOR, ORDINARY, "10", "rights.beyond_authority"),
        (Role.SENIOR, ORDINARY, "5000.00", "yes"),
        (Role.SENIOR, ORDINARY, "5000.01", "rights.beyond_authority"),
        (Role.SENIOR, COMPLEX, "10", "rights.beyond_authority"),
        (Role.EXPERT, ORDINARY, "5000.01", "yes"),
        (Role.EXPERT, COMPLEX, "250000", "yes"),
    ],
)
def test_authority_ends_where_the_market_says(role: Role, case: CaseClass, amount: str, expected: str) -> None:
    for action in (Action.APPROVE, Action.CLOSE_UNPAID):
        claim = OnClaim(id=CLAIM, holder=ME, settlement=settlement(amount, amount, case))
        assert answer(actor(role), action, claim) == expected


@pytest.mark.parametrize(
    ("amount", "machine", "reasoned", "expected"),
    [
        ("550", "500", False, "yes"),
        ("450", "500", False, "yes"),
        ("550.01", "500", False, "rights.reason_needed"),
        ("449.99", "500", False, "rights.reason_needed"),
        ("550.01", "500", True, "yes"),
        ("500", None, False, "rights.reason_needed"),
        ("500", None, True, "yes"),
        ("1", "0", False, "rights.reason_needed"),
        ("0", "0", False, "yes"),
    ],
)
def test_who_differs_from_the_machine_says_why(amount: str, machine: str | None, reasoned: bool, expected: str) -> None:
    claim = OnClaim(id=CLAIM, holder=ME, settlement=settlement(amount, machine, reasoned=reasoned))
    for role in (Role.JUNIOR, Role.SENIOR, Role.EXPERT):
        assert answer(actor(role), Action.APPROVE, claim) == expected


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-0.01"])
def test_an_amount_that_is_none_is_no_settlement(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        settlement(amount)


def test_nobody_approves_what_they_proposed_or_changes_their_own_rights() -> None:
    admin = actor(Role.ADMIN)
    for action in (Action.APPROVE_PRICES, Action.APPROVE_POLICY):
        assert answer(admin, action, OnProposal(proposer=ME)) == "rights.same_person"
        assert answer(admin, action, OnProposal(proposer=OTHER)) == "yes"
        assert answer(admin, action, OnProposal(proposer=OTHER, same_line=True)) == "rights.same_line"
    assert answer(admin, Action.MANAGE_PEOPLE, OnPerson(id=ME)) == "rights.same_person"
    assert answer(admin, Action.MANAGE_PEOPLE, OnPerson(id=OTHER)) == "yes"


@pytest.mark.parametrize(
    ("role", "action", "on"),
    [
        (Role.EXPERT, Action.READ_CLAIM, None),
        (Role.EXPERT, Action.APPROVE, OnClaim(id=CLAIM, holder=ME)),
        (Role.ADMIN, Action.APPROVE_PRICES, None),
        (Role.ADMIN, Action.APPROVE_PRICES, OnPerson(id=OTHER)),
        (Role.ADMIN, Action.MANAGE_PEOPLE, OnProposal(proposer=OTHER)),
        (Role.EXPERT, Action.CLAIM_NEXT, OnClaim(id=CLAIM)),
    ],
)
def test_a_check_without_its_object_never_passes(role: Role, action: Action, on: Object | None) -> None:
    with pytest.raises(TypeError):
        RIGHTS.check(actor(role), action, on)


def test_rights_and_the_life_of_a_case_agree() -> None:
    """Whoever can make a move has its right, and nobody else has."""
    movers: dict[Action, set[Role]] = {}
    for move in Lifecycle.load().moves:
        movers.setdefault(RIGHTS.of_move(move.name), set()).update(move.by)
    for action, roles in movers.items():
        assert roles == {role for role in Role if ROWS[action.value, role] != "never"}, action
    starts = {role.value for role in Lifecycle.load().start.by}
    assert starts == {role.value for role in Role if ROWS["open_claim", role] != "never"}


# --- who acts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ActorKind)
@pytest.mark.parametrize("role", Role)
def test_a_role_goes_with_its_kind(kind: ActorKind, role: Role) -> None:
    if kind is KINDS.get(role, ActorKind.STAFF):
        assert Actor(kind=kind, id=ME, role=role).name == f"{kind}:{ME}"
    else:
        with pytest.raises(ValueError, match="cannot act as"):
            Actor(kind=kind, id=ME, role=role)


@pytest.mark.parametrize("role", [*sorted(STAFF), Role.APP, Role.SYSTEM])
def test_only_a_customer_is_tied_to_a_claim(role: Role) -> None:
    with pytest.raises(ValueError, match="one claim"):
        Actor(kind=KINDS.get(role, ActorKind.STAFF), id=ME, role=role, claim=uuid4())


def test_only_the_rim_makes_an_actor_of_somebody() -> None:
    """Below it there is the service itself, and who once corrected a review, read back from the row."""
    packages = ("model", "inference", "parts_pricing", "claims", "data")
    below = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    made = {
        (path.relative_to(ROOT).as_posix(), kind) for path in below for kind in actors_made(path.read_text("utf-8"))
    }
    assert made == {
        ("claims/desk/desk.py", "ActorKind.SYSTEM"),
        ("claims/desk/assessing.py", "ActorKind.SYSTEM"),
        ("claims/desk/reviewing.py", "ActorKind.STAFF"),
    }


def actors_made(source: str) -> list[str]:
    """The kinds of the actors that a file makes, as it writes them."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if "Actor" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))]
    return [next((ast.unparse(one.value) for one in call.keywords if one.arg == "kind"), "") for call in made]


# --- tables that are refused ----------------------------------------------------------------------------------------

Edit = Callable[[dict[str, Any]], object]


def cell(action: str, role: Role, scope: str) -> Edit:
    def edit(tree: dict[str, Any]) -> None:
        row = next(row for row in tree["matrix"] if row[0] == action)
        row[tree["matrix"][0].index(role.value)] = scope

    return edit


def row(action: str) -> Callable[[dict[str, Any]], list[str]]:
    return lambda tree: next(row for row in tree["matrix"] if row[0] == action)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda tree: tree["matrix"].remove(row("contest")(tree)), "contest has no row"),
        (lambda tree: tree["matrix"].append(["fly", *["any"] * 9]), "fly"),
        (lambda tree: tree["matrix"].append(row("contest")(tree)), "one row with 9 scopes for each action: contest"),
        (lambda tree: row("contest")(tree).pop(), "one row with 9 scopes for each action: contest"),
        (lambda tree: row("contest")(tree).append("any"), "one row with 9 scopes for each action: contest"),
        (lambda tree: tree["matrix"][0].pop(), "the first row names every role once"),
        (lambda tree: tree["matrix"][0].__setitem__(1, "robot"), "the first row names every role once"),
        (lambda tree: tree["matrix"][0].__setitem__(1, "app"), "the first row names every role once"),
        (lambda tree: tree.update(matrix=[]), "each row is a list"),
        (lambda tree: tree.update(matrix={"contest": {"customer": "own"}}), "contest does not name every role"),
        (cell("contest", Role.JUNIOR, "sometimes"), "contest"),
        (cell("contest", Role.CUSTOMER, "never"), "contest is a right of the customer"),
        (cell("refuse_automation", Role.CUSTOMER, "never"), "refuse_automation is a right of the customer"),
        (cell("explain", Role.CUSTOMER, "any"), "customer reaches only its own claims"),
        (cell("read_claim", Role.APP, "any"), "app reaches only its own claims"),
        (cell("read_claim", Role.JUNIOR, "own"), "junior owns nothing of that kind"),
        (cell("suspect", Role.SYSTEM, "held"), "system holds nothing of that kind"),
        (cell("claim_next", Role.JUNIOR, "held"), "junior holds nothing of that kind"),
        (cell("see_personal_data", Role.EXPERT, "any"), "expert sees it only while holding the claim"),
        (cell("see_personal_data", Role.FRONT_LINE, "held"), "front_line reads masked and changes no amounts"),
        (cell("correct_lines", Role.FRONT_LINE, "any"), "front_line reads masked and changes no amounts"),
        (cell("read_claim", Role.AUDITOR, "any"), "auditor has no hand in a claim"),
        (cell("approve", Role.ADMIN, "any"), "admin has no hand in a claim"),
        (cell("decline", Role.SYSTEM, "any"), "decline: system is a machine"),
        (cell("approve", Role.SYSTEM, "any"), "approve: system is a machine"),
        (cell("answer_complaint", Role.SYSTEM, "any"), "answer_complaint: system is a machine"),
        (cell("call_customer", Role.APP, "own"), "call_customer: app is a machine"),
        (cell("accept", Role.APP, "own"), "accept: only the customer does this, not app"),
        (cell("delete_own", Role.EXPERT, "any"), "delete_own: only the customer does this, not expert"),
        (lambda tree: tree.update(proposals=["approve_prices"]), "approve_policy needs two people"),
        (lambda tree: tree.update(people=[]), "nobody sets their own role"),
        (lambda tree: tree.update(people=["manage_people", "approve_prices"]), "approve_prices is done to two things"),
        (lambda tree: tree["claims"].remove("approve"), "approve is done to a claim"),
        (lambda tree: tree["claims"].append("fly"), "claims"),
        (lambda tree: tree.update(within_authority=["approve"]), "approve and decline are within authority"),
        (lambda tree: tree["authority"].pop("junior"), "approve: how far does junior decide?"),
        (lambda tree: tree["authority"]["senior"].pop("up_to"), "senior decides up to a limit"),
        (lambda tree: tree["authority"]["senior"].update(up_to="anything"), "authority.senior.up_to"),
        (lambda tree: tree["override"].update(reason_from_share=7), "override.reason_from_share"),
        (lambda tree: tree["moves"].update(settle="fly"), "moves.settle"),
        (lambda tree: tree.update(colour="red"), "colour"),
    ],
)
def test_a_table_that_would_wrong_someone_is_refused(edit: Edit, told: str) -> None:
    tree = yaml.safe_load(TEXT)
    edit(tree)
    with pytest.raises(RulesError) as raised:
        Rights.from_yaml(yaml.dump(tree, Dumper=_WithoutAliases))
    assert raised.value.code == "rules.invalid"
    assert told in str(raised.value)


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, _: object) -> bool:
        return True


def test_the_version_names_the_content() -> None:
    assert RIGHTS.version.startswith(f"{TREE['version']}@")
    assert Rights.from_yaml(TEXT + "\n# a remark\n").version != RIGHTS.version


# --- for people -----------------------------------------------------------------------------------------------------


def test_the_page_shows_the_table_in_force() -> None:
    page = (ROOT / "docs" / "rights.md").read_text("utf-8")
    assert as_markdown(RIGHTS) in page
    assert page.count("\n| ") == as_markdown(RIGHTS).count("\n| ") + 1, "no other table beside it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_roles_and_refusals_have_words(language: str) -> None:
    texts = Texts.load(language)
    assert all(texts.name(role) != role.value or language == "en" for role in Role)
    assert {f"name.role.{role}" for role in Role} <= texts.sentences.keys()
    codes = ("forbidden", "not_found", "not_held", "beyond_authority", "reason_needed", "same_person")
    assert all(f"problem.rights.{code}.{part}" in texts.sentences for code in codes for part in ("title", "detail"))


def test_before_the_proof_a_token_opens_what_the_front_line_does() -> None:
    """Nothing of it is more than the front line sees and does in its own name."""
    bearer = Actor(kind=ActorKind.CUSTOMER, id=ME, role=Role.CUSTOMER, claim=CLAIM, proven=False)
    mine, others = OnClaim(id=CLAIM), OnClaim(id=OTHER)
    allowed = {action for action in Action if action in TREE["claims"] and answer(bearer, action, mine) == "yes"}
    assert allowed == BEFORE_PROOF
    assert {ROWS[action, Role.FRONT_LINE] for action in allowed} == {"any"}
    for action in (Action.ACCEPT, Action.WITHDRAW, Action.REFUSE_AUTOMATION, Action.SEE_PERSONAL_DATA):
        assert answer(bearer, action, mine) == "rights.unproven"
        assert answer(bearer, action, others) == "rights.not_found"


def test_only_a_customer_has_something_to_prove() -> None:
    with pytest.raises(ValueError, match="nothing to prove"):
        Actor(kind=ActorKind.STAFF, id=ME, role=Role.SENIOR, proven=False)
