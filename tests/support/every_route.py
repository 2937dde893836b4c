"""Every route of ``/openapi.json`` but that which opens a case: the right that it needs, and a request to it.

What is between braces in an address, or is the whole value of a field, is filled in by whoever asks.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from sites import COVER

from claims.actions import Action

NOBODY: Final = "0193a2c4-0000-7000-8000-000000000000"
WORDS: Final = {"json": {"words": "x"}}
SAID = {"words": "we look into it"}
JPEG: Final = {"files": {"photos": ("a.jpg", b"x")}}
PDF: Final = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


@dataclass(frozen=True)
class Route:
    """The right that a route needs; None for one that is open to all. ``given`` is a request that is well formed.

    ``signed_in``: for whoever has a login, without a right of its own. ``also``: a right that is needed besides.
    ``absent``: what it is about is not there, which whoever has the right is told. ``about_a_case``: about one, which
    may be another's.
    """

    right: Action | None
    given: dict[str, Any] = field(default_factory=dict)
    signed_in: bool = False
    also: Action | None = None
    absent: bool = False
    about_a_case: bool = True


def of(
    right: Action | None,
    *,
    also: Action | None = None,
    absent: bool = False,
    about_a_case: bool = True,
    **given: Any,
) -> Route:
    return Route(right, given, also=also, absent=absent, about_a_case=about_a_case)


A = Action
CLAIM = "/v1/claims/{claim_id}"
REVIEW = "/v1/reviews/{claim_id}"
ADMIN = "/v1/admin"
APP = "/v1/admin/apps/{app}"
PROPOSAL = "/v1/proposals/{proposal_id}"
COMPLAINT = CLAIM + "/complaints/{complaint_id}"
SIGNED_IN = Route(None, signed_in=True)
ROUTES: Final[dict[tuple[str, str], Route]] = {
    ("GET", "/livez"): of(None),
    ("GET", "/readyz"): of(None),
    ("POST", "/v1/quick-estimate"): of(None, **JPEG),
    ("GET", "/v1/stats/sla"): of(None),
    ("GET", "/v1/stats/satisfaction"): of(None),
    ("POST", "/v1/session"): of(None, json={"login": "x", "password": "x"}),
    ("DELETE", "/v1/session"): SIGNED_IN,
    ("POST", "/v1/session/renew"): SIGNED_IN,
    ("POST", "/v1/session/password"): Route(
        None, {"json": {"old": "x", "new": "four words of my own"}}, signed_in=True
    ),
    ("GET", "/v1/claims"): of(A.READ_CLAIM_MASKED, about_a_case=False),
    ("GET", CLAIM): of(A.READ_CLAIM_MASKED),
    ("DELETE", CLAIM): of(A.DELETE_OWN),
    ("GET", f"{CLAIM}/export"): of(A.EXPORT_OWN),
    ("GET", f"{CLAIM}/explanation"): of(A.EXPLAIN),
    ("POST", f"{CLAIM}/photos"): of(A.ADD_PHOTOS, **JPEG),
    ("HEAD", f"{CLAIM}/photos/{{sha256}}"): of(A.ADD_PHOTOS),
    ("GET", f"{CLAIM}/photos/{{sha256}}"): of(A.READ_CLAIM),
    ("PUT", f"{CLAIM}/photos/{{sha256}}"): of(A.ADD_PHOTOS, content=b"x"),
    ("POST", f"{CLAIM}/materials/{{material}}"): of(A.SUBMIT_MATERIALS, content=PDF),
    ("GET", f"{CLAIM}/materials/{{material}}/{{sha256}}"): of(A.SEE_PERSONAL_DATA),
    ("POST", f"{CLAIM}/submit"): of(A.SUBMIT_MATERIALS),
    ("POST", f"{CLAIM}/assess"): of(A.ASSESS),
    ("POST", f"{CLAIM}/accept"): of(A.ACCEPT, json={"offer": NOBODY, "signature": "王小明"}),
    ("POST", f"{CLAIM}/renew-offer"): of(A.RENEW_OFFER),
    ("POST", f"{CLAIM}/contest"): of(A.CONTEST, **WORDS),
    ("POST", f"{CLAIM}/refuse-automation"): of(A.REFUSE_AUTOMATION),
    ("POST", f"{CLAIM}/withdraw"): of(A.WITHDRAW),
    ("POST", f"{CLAIM}/reopen"): of(A.REOPEN, **WORDS),
    ("POST", f"{CLAIM}/complaints"): of(A.COMPLAIN, **WORDS),
    ("POST", f"{CLAIM}/feedback"): of(A.FEEDBACK, json={"convenience": 1, "communication": 1, "fairness": 1}),
    ("PUT", f"{CLAIM}/cover"): of(A.STATE_COVER, json=COVER, headers={"If-Match": "*"}),
    ("GET", f"{CLAIM}/complaints"): of(A.ANSWER_COMPLAINT),
    ("GET", COMPLAINT): of(A.ANSWER_COMPLAINT),
    ("POST", f"{COMPLAINT}/reply"): of(A.ANSWER_COMPLAINT, json=SAID, headers={"If-Match": "*"}),
    ("POST", f"{COMPLAINT}/told"): of(A.ANSWER_COMPLAINT, json={"what": "result", **SAID}, headers={"If-Match": "*"}),
    ("POST", f"{COMPLAINT}/solve"): of(
        A.ANSWER_COMPLAINT, json={"how": "put_right", **SAID}, headers={"If-Match": "*"}
    ),
    ("GET", "/v1/complaints"): of(A.ANSWER_COMPLAINT),
    ("POST", "/v1/complaints/{complaint_id}/take"): of(A.ANSWER_COMPLAINT, headers={"If-Match": "*"}),
    ("POST", "/v1/complaints/{complaint_id}/release"): of(A.ANSWER_COMPLAINT, headers={"If-Match": "*"}),
    ("POST", f"{CLAIM}/call"): of(A.CALL_CUSTOMER, json={"why": "complaint"}),
    ("POST", f"{CLAIM}/tokens"): of(A.ISSUE_TOKEN, json={"checked": "called_back"}),
    ("POST", f"{CLAIM}/proof"): of(A.ACCEPT, json={"policy_number": "x"}),
    ("POST", f"{CLAIM}/payments"): of(A.START_PAYMENT),
    ("GET", "/v1/payments"): of(A.START_PAYMENT),
    ("GET", f"{CLAIM}/payments"): of(A.READ_CLAIM_MASKED),
    ("POST", f"{CLAIM}/payments/confirm"): of(
        A.CONFIRM_PAYMENT,
        json={"payment": NOBODY, "proof": "x", "amount": "1.00", "currency": "CNY", "payee": "x"},
        absent=True,
    ),
    ("POST", f"{CLAIM}/payments/return"): of(
        A.PAYMENT_RETURNED, json={"payment": NOBODY, "why": "wrong_account"}, absent=True
    ),
    ("POST", f"{CLAIM}/close-unpaid"): of(A.CLOSE_UNPAID, **WORDS),
    ("GET", f"{CLAIM}/audit"): of(A.READ_AUDIT),
    ("GET", f"{CLAIM}/replay/{{assessment_id}}"): of(A.REPLAY),
    ("GET", "/v1/jobs/{job_id}"): of(A.READ_CLAIM_MASKED),
    ("GET", "/v1/follow-ups"): of(A.FOLLOW_UP),
    ("POST", "/v1/follow-ups/{call_id}/done"): of(A.FOLLOW_UP, json={"claim": "{claim_id}"}),
    ("GET", "/v1/reviews"): of(A.QUEUE_READ),
    ("POST", "/v1/reviews/next"): of(A.CLAIM_NEXT),
    ("GET", REVIEW): of(A.READ_CLAIM, also=A.QUEUE_READ),
    ("POST", f"{REVIEW}/take"): of(A.CLAIM_NEXT),
    ("POST", f"{REVIEW}/extend"): of(A.RELEASE),
    ("POST", f"{REVIEW}/release"): of(A.RELEASE),
    ("POST", f"{REVIEW}/corrections"): of(
        A.CORRECT_LINES, json={"changes": [{"do": "remove", "line": 0, "why": "old_damage"}]}, headers={"If-Match": "*"}
    ),
    ("POST", f"{REVIEW}/approve"): of(A.APPROVE, json={}, headers={"If-Match": "*"}),
    ("POST", f"{REVIEW}/decline"): of(A.DECLINE, json={"words": "x", "terms": "x"}),
    ("POST", f"{REVIEW}/ask-photos"): of(A.ASK_PHOTO, json={"wishes": [{"shot": "damage"}]}),
    ("POST", f"{REVIEW}/ask-materials"): of(A.ASK_MATERIALS, json={}),
    ("POST", f"{REVIEW}/escalate"): of(A.ESCALATE, **WORDS),
    ("POST", f"{REVIEW}/return"): of(A.RETURN, **WORDS),
    ("POST", f"{REVIEW}/suspect"): of(A.SUSPECT, json={"evidence": [NOBODY]}),
    ("POST", f"{REVIEW}/clear"): of(A.CLEAR, **WORDS),
    ("POST", f"{REVIEW}/send-third-party"): of(A.SEND_THIRD_PARTY, **WORDS),
    ("POST", f"{REVIEW}/third-party-answer"): of(A.THIRD_PARTY_ANSWERED, json={"amount": "100.00"}),
    ("POST", f"{REVIEW}/recall"): of(A.RECALL, **WORDS),
    ("POST", f"{REVIEW}/take-up"): of(A.TAKE_UP),
    ("POST", f"{REVIEW}/refer"): of(A.REFER, **WORDS),
    ("GET", "/v1/stats/overrides"): of(A.STATS_READ),
    ("GET", "/v1/audit"): of(A.READ_AUDIT),
    ("POST", "/v1/audit/verify"): of(A.VERIFY_AUDIT, json={}),
    ("GET", "/v1/examples.coco"): of(A.EXPORT_EXAMPLES),
    ("POST", "/v1/proposals"): of(A.PROPOSE_POLICY, json={"kind": "policy", "content": "x"}),
    ("GET", "/v1/proposals"): of(A.PROPOSE_PRICES),
    ("GET", PROPOSAL): of(A.PROPOSE_PRICES, absent=True),
    ("POST", f"{PROPOSAL}/approve"): of(A.PROPOSE_PRICES, absent=True),
    ("POST", f"{PROPOSAL}/refuse"): of(A.PROPOSE_PRICES, absent=True, **WORDS),
    ("POST", f"{PROPOSAL}/take-back"): of(A.PROPOSE_PRICES, absent=True),
    ("GET", f"{ADMIN}/people"): of(A.MANAGE_PEOPLE),
    ("POST", f"{ADMIN}/people"): of(
        A.MANAGE_PEOPLE, json={"login": "new", "name": "x", "role": "junior", "password": "four words of my own"}
    ),
    ("GET", f"{ADMIN}/people/{{person}}"): of(A.MANAGE_PEOPLE),
    ("PATCH", f"{ADMIN}/people/{{person}}"): of(A.MANAGE_PEOPLE, json={"active": True}, headers={"If-Match": "*"}),
    ("POST", f"{ADMIN}/people/{{person}}/password"): of(
        A.MANAGE_PEOPLE, json={"password": "four words of my own"}, headers={"If-Match": "*"}
    ),
    ("GET", f"{ADMIN}/apps"): of(A.MANAGE_APPS),
    ("POST", f"{ADMIN}/apps"): of(A.MANAGE_APPS, json={"name": "another"}),
    ("GET", APP): of(A.MANAGE_APPS),
    ("PATCH", APP): of(A.MANAGE_APPS, json={"active": True}, headers={"If-Match": "*"}),
    ("GET", f"{APP}/keys"): of(A.MANAGE_APPS),
    ("POST", f"{APP}/keys"): of(A.MANAGE_APPS, json={}),
    ("DELETE", f"{APP}/keys/{{key}}"): of(A.MANAGE_APPS, absent=True),
    ("GET", f"{APP}/webhooks"): of(A.MANAGE_APPS),
    ("POST", f"{APP}/webhooks"): of(A.MANAGE_APPS, json={"url": "https://hooks.example/a"}),
    ("GET", f"{APP}/webhooks/{{webhook}}"): of(A.MANAGE_APPS, absent=True),
    ("PATCH", f"{APP}/webhooks/{{webhook}}"): of(A.MANAGE_APPS, absent=True, json={"active": True}),
    ("POST", f"{APP}/webhooks/{{webhook}}/secret"): of(A.MANAGE_APPS, absent=True, json={}),
    ("GET", f"{ADMIN}/dead-letters"): of(A.MANAGE_APPS),
    ("POST", f"{ADMIN}/dead-letters/{{delivery}}/revive"): of(A.MANAGE_APPS, absent=True),
}
