"""What staff write for the customer to read."""

from typing import Annotated

from pydantic import AfterValidator

from api.claim_views.asked import Words
from claims.as_typed import fault
from claims.tone import hard_words


def kindly(text: str) -> str:
    """Raises ``ValueError`` ``hard_word`` that names what no customer reads from us (``claims.tone``)."""
    if found := hard_words(text):
        raise fault("hard_word", words=", ".join(found))
    return text


ForCustomer = Annotated[Words, AfterValidator(kindly)]
"""Words of staff that the customer reads."""
