"""One case for each thing that a page has to tell, in a running service."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drawn_cars import close_up, dark, scratches, side_view, unharmed
from huge_case import huge_case
from sites import Case
from staged import Stage
from tables import Table, amounting_to, paper

from claims.materials import Material
from claims.states import Role


def _fresh(stage: Stage) -> Case:
    return stage.case()


def _photographed(stage: Stage) -> Case:
    return stage.case(*stage.two_views(), dark(stage.seed()).content)


def _offered(stage: Stage) -> Case:
    return stage.offered()


def _referred(stage: Stage) -> Case:
    return stage.referred()


def _unpriced(stage: Stage) -> Case:
    """Nobody can say on which part the scratches are."""
    return stage.referred(stage.known(scratches(stage.seed()), side_view(stage.seed())))


def _no_damage(stage: Stage) -> Case:
    return stage.referred(stage.known(unharmed(stage.seed())))


def _wanted(stage: Stage) -> Case:
    case, [view] = stage.referred(), stage.known(close_up(stage.seed()))
    assert case.send(view).status_code == 201
    wishes = [{"shot": "again", "photo": 1}, {"shot": "damage"}]
    asked = _table(stage, case).ask(
        "POST", "/ask-photos", json={"wishes": wishes, "words": "From further away, please."}
    )
    return _answered(case, asked)


def _contested(stage: Stage) -> Case:
    case = stage.offered()
    return _answered(case, case.ask("POST", "/contest", json={"words": "The mirror is broken too."}))


def _declined(stage: Stage) -> Case:
    case = stage.referred()
    words = {"words": "The scratch is older than the policy.", "terms": "Article 7 (3)"}
    return _answered(case, _table(stage, case).ask("POST", "/decline", json=words))


def _escalated(stage: Stage) -> Case:
    case = stage.referred()
    words = {"words": "The shop names twice as much."}
    return _answered(case, _table(stage, case).ask("POST", "/escalate", json=words))


def _third_party(stage: Stage) -> Case:
    case = stage.referred()
    words = {"words": "The customer and the shop do not agree."}
    return _answered(case, _table(stage, case).ask("POST", "/send-third-party", json=words))


def _incomplete(stage: Stage) -> Case:
    case = stage.referred()
    wanted = {"more": ["repair_invoice"], "words": "The invoice, please."}
    return _answered(case, _table(stage, case).ask("POST", "/ask-materials", json=wanted))


def _suspected(stage: Stage) -> Case:
    """With the photos of another case."""
    photos = stage.two_views()
    stage.referred(photos)
    case = stage.referred(photos)
    table = _table(stage, case)
    found = [one["id"] for one in table.ask("GET").json()["suspicions"]]
    return _answered(case, table.ask("POST", "/suspect", json={"evidence": found, "words": "The same photos."}))


def _closed(stage: Stage) -> Case:
    case, token = _accepted(stage), stage.staff(Role.SENIOR)
    for material in Material:
        assert case.ask("POST", f"/materials/{material}", content=paper(material)).status_code == 201
    [payment] = case.ask("GET", "/payments").json()
    proof = {"payment": payment["id"], "proof": "T-1", "amount": str(payment["amount"]), "currency": "CNY"}
    seen = {"If-Match": "*"}
    paid = case.ask("POST", "/payments/confirm", token, json={**proof, "payee": "王小明"}, headers=seen)
    return _answered(case, paid)


def _accepted(stage: Stage) -> Case:
    case = stage.offered()
    document = {"offer": case.now()["offer"]["id"], "signature": "王小明"}
    return _answered(case, case.ask("POST", "/accept", json=document))


def _by_person(stage: Stage) -> Case:
    case = stage.referred()
    table = _table(stage, case)
    assert table.correct(amounting_to("620.00")).status_code == 200
    return _answered(case, table.approve(words="Seen at the shop.", reasons=["quotation"]))


def _complained(stage: Stage) -> Case:
    case = stage.referred()
    return _answered(case, case.ask("POST", "/complaints", json={"words": "Nobody answers."}))


def _withdrawn(stage: Stage) -> Case:
    case = stage.case()
    return _answered(case, case.ask("POST", "/withdraw", json={"words": "I pay for it myself."}))


def _table(stage: Stage, case: Case) -> Table:
    return Table(case, stage.staff(Role.EXPERT)).taken()


def _answered(case: Case, answer: Any) -> Case:
    assert answer.status_code == 200, answer.text
    return case


STAGED: Final[Mapping[str, Callable[[Stage], Case]]] = {
    "fresh": _fresh,
    "photographed": _photographed,
    "wanted": _wanted,
    "referred": _referred,
    "offered": _offered,
    "by-person": _by_person,
    "no-damage": _no_damage,
    "unpriced": _unpriced,
    "contested": _contested,
    "escalated": _escalated,
    "third-party": _third_party,
    "suspected": _suspected,
    "incomplete": _incomplete,
    "complained": _complained,
    "declined": _declined,
    "accepted": _accepted,
    "closed": _closed,
    "withdrawn": _withdrawn,
    "huge": huge_case,
}
"""By what is to be seen on them."""
