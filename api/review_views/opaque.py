"""Where a page of a list ended, as a text that callers hand back and need not understand."""

import base64
import json
from typing import Any


def written(*place: object) -> str:
    """The values of a place as one word of an address."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(text: str) -> Any:
    """The values again. Raises ``ValueError`` for a text that ``written`` did not make."""
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
