"""Payments as documents: what was sent, what became of it, and what the payment system says of it."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.asked import Words
from api.claim_views.parts import claim_address
from api.documents import Document
from api.review_views.asked import Named
from api.schemas import Money
from claims.desk.payment_list import Listed, PaymentState
from claims.desk.transfers import Arrived
from claims.notice import Text
from claims.tables.words import ReturnReason
from model.texts import Texts

_ID: Final = "0193a2c4-0000-7000-8000-000000000000"
PaymentId = Annotated[UUID, Field(description="which payment is meant; `GET /v1/claims/{id}/payments` lists them")]


class PaymentOut(BaseModel):
    """A payment of a case. `due_at`: until when it has to be there, or, once it came back, to be sent again."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    claim: UUID
    number: str
    href: str
    state: PaymentState
    text: str
    amount: Money
    currency: str
    started_at: datetime
    returned_at: datetime | None
    return_reason: ReturnReason | None
    paid_at: datetime | None
    due_at: datetime | None

    @classmethod
    def of(cls, one: Listed, texts: Texts) -> Self:
        """Without the reference of the transfer, in one language."""
        payment, state = one.payment, PaymentState.of(one.payment)
        return cls(
            id=payment.id,
            claim=payment.claim,
            number=one.claim.number,
            href=claim_address(payment.claim),
            state=state,
            text=texts.name(state),
            amount=payment.amount,
            currency=payment.currency,
            started_at=payment.started_at,
            returned_at=payment.returned_at,
            return_reason=payment.return_reason,
            paid_at=payment.paid_at,
            due_at=one.due_at,
        )


class PaymentStart(Document):
    """Which payment came back and is sent anew; null where none was sent before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"again": _ID}, {}]})

    again: UUID | None = None


class PaymentProof(Document):
    """The transfer that arrived: its reference, how much in which currency, to whom.

    What differs from what was sent is looked at by a person. `words` say why it is right all the same.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"payment": _ID, "proof": "20261123-000417", "amount": "900.00", "currency": "CNY", "payee": "王小明"}
            ]
        }
    )

    payment: PaymentId
    proof: Text = Field(max_length=200, repr=False)
    amount: Named
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    payee: Text = Field(max_length=200, repr=False, description="the name on the account, as the bank has it")
    words: Words | None = Field(default=None, repr=False)

    @property
    def arrived(self) -> Arrived:
        """As the use case takes it."""
        return Arrived(proof=self.proof, amount=self.amount, currency=self.currency, payee=self.payee, words=self.words)


class Returned(Document):
    """Which payment the bank sent back, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"payment": _ID, "why": "wrong_account"}]})

    payment: PaymentId
    why: ReturnReason
