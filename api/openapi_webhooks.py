"""What ``/openapi.json`` says of the requests that an app gets: ``docs/for-apps.md`` tells the same in words."""

from typing import Annotated

from fastapi import APIRouter, Header

from claims.outbox import SIGNATURE_HEADER, Notification

router = APIRouter()


@router.post(
    "notification",
    operation_id="notified",
    summary="A case reached a node",
    status_code=204,
    responses={
        204: {"description": "Any 2xx: taken. It is not sent again"},
        "default": {"description": "Anything else, a redirect too: it is sent again later"},
    },
)
def notified(
    notification: Notification,
    signature: Annotated[
        str,
        Header(
            alias=SIGNATURE_HEADER,
            description="`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the receiver's secret over `<t>.` and the body "
            "as sent; one `v1` for each secret while one replaces another",
        ),
    ],
) -> None:
    """Sent to every active receiver of the app that opened the case.

    It may come more than once, with the same `id`, and out of order: `at` says when it was. What became of the case is
    asked for, by its number or id.
    """
