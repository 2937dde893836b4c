"""That a case reached a node, put into the outbox of whoever opened it, in the transaction that moved the case."""

from claims.desk.desk import Desk
from claims.ids import new_id
from claims.outbox import Notification
from claims.repository import outbox
from claims.repository.claims import Claim
from claims.states import Node


def notify(desk: Desk, claim: Claim, node: Node) -> None:
    """One message, to every active receiver of the app that opened the case. A customer sees the timeline."""
    if claim.app is None:
        return
    state = desk.house.lifecycle.public(claim.state, claim.came_from)
    message = Notification(id=new_id(desk.at), claim=claim.number, node=node, state=state, at=desk.at)
    for webhook in outbox.webhooks_of(desk.book, claim.app):
        if webhook.active:
            outbox.put(desk.book, claim.id, message, webhook.id, at=desk.at)
