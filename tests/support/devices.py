"""What people hold in their hands: screens, languages and colour schemes that every page is looked at with."""

import os
from dataclasses import dataclass
from itertools import product, starmap
from typing import Final


@dataclass(frozen=True)
class Device:
    """A screen in CSS px, and whether it is touched."""

    width: int
    height: int
    touch: bool = False


SMALL: Final = Device(360, 740, touch=True)
PHONE: Final = Device(390, 844, touch=True)
DESKTOP: Final = Device(1440, 900)


@dataclass(frozen=True)
class Look:
    """How somebody sees the pages."""

    device: Device
    language: str
    scheme: str

    def __str__(self) -> str:
        return f"{self.device.width}-{self.language}-{self.scheme}"


_ALL: Final = tuple(starmap(Look, product((SMALL, PHONE, DESKTOP), ("en", "zh"), ("light", "dark"))))
_EVERY: Final = os.environ.get("QUICKCLAIM_BROWSER") == "all"
"""As ``make browser`` sets it. Otherwise each kind of page in one way, all ways among them."""
PUBLIC_LOOKS: Final = _ALL if _EVERY else (Look(PHONE, "en", "light"),)
CUSTOMER_LOOKS: Final = _ALL if _EVERY else (Look(SMALL, "zh", "dark"),)
DESK_LOOKS: Final = (
    tuple(look for look in _ALL if look.device is DESKTOP) if _EVERY else (Look(DESKTOP, "en", "light"),)
)
