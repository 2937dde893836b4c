"""Sessions of the desk's pages, for people who sign in elsewhere."""

from collections.abc import Callable

import pytest

from claims.repository.people import Person
from claims.states import Role

from .conftest import AT, PROVIDER, Provider, Site

DESK = {"X-QuickClaim-Page": "desk"}


@pytest.mark.parametrize("minutes", [0, 4])
def test_no_page_makes_a_session_of_ours_of_one_elsewhere(
    site: Site, provider: Provider, add_staff: Callable[..., Person], minutes: int
) -> None:
    """It would outlive the provider's, which alone knows whether they may still come in."""
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    token = provider.token(AT)
    site.clock.turn(minutes=minutes)
    answer = site.ask("POST", "/desk/session/renew", headers={**DESK, "Cookie": f"qc_desk={token}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "rights.signed_in_elsewhere")
    assert "set-cookie" not in answer.headers
