"""What the payment system says of the payments of a case, in process and over HTTP."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from claims.actors import Actor
from claims.desk import transfers
from claims.desk.house import House
from claims.desk.transfers import Arrived
from claims.repository import payments
from claims.repository.claims import Claim
from claims.repository.payments import Payment
from claims.tables.words import ReturnReason

PAYEE = "王小明"


def last(house: House, claim: UUID) -> Payment:
    """The payment that was started last."""
    with house.books.reading() as book:
        return payments.of_claim(book, claim)[-1]


def arrives(house: House, actor: Actor, claim: UUID, at: datetime, proof: str = "SWIFT-1", **changes: Any) -> Claim:
    """The last payment has arrived as it was sent, but for the ``changes`` of what is told."""
    payment = last(house, claim)
    told = Arrived(proof=proof, amount=payment.amount, currency=payment.currency, payee=PAYEE)
    with house.desk(actor, at) as desk:
        return transfers.confirm(desk, claim, payment.id, replace(told, **changes))


def comes_back(house: House, actor: Actor, claim: UUID, at: datetime, why: ReturnReason) -> Claim:
    """The bank has sent the last payment back."""
    payment = last(house, claim)
    with house.desk(actor, at) as desk:
        return transfers.returned(desk, claim, payment.id, why)


def proof_of(payment: dict[str, Any], proof: str = "20261123-000417", **changes: Any) -> dict[str, Any]:
    """The document that confirms a payment as it is listed."""
    same = {"amount": f"{payment['amount']:.2f}", "currency": payment["currency"]}
    return {"payment": payment["id"], "proof": proof, "payee": PAYEE, **same, **changes}
