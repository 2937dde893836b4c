"""The files that a rulebook is read from, as texts that can be kept: an old estimate is made again from them."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self

from claims.price_store import StoredTable
from model.errors import PriceTableError


class RuleFile(StrEnum):
    """What each is kept as, wherever it was read from."""

    PARTS = "parts.csv"
    RATES = "labour_rates.csv"
    REPAIR = "repair.yaml"
    PROFILES = "profiles.yaml"
    CONSOLIDATE = "consolidate.yaml"
    QUALITY = "quality.yaml"
    POLICY = "triage.yaml"


_RULES: Final = (RuleFile.REPAIR, RuleFile.PROFILES, RuleFile.CONSOLIDATE, RuleFile.QUALITY)
_PRICES: Final = (RuleFile.PARTS, RuleFile.RATES)
_SPELLING: Final = re.compile(
    r"(?P<PARTS>.+), (?P<RATES>.+)\n"
    r"repair (?P<REPAIR>.+), profiles (?P<PROFILES>.+), consolidate (?P<CONSOLIDATE>.+), quality (?P<QUALITY>.+)\n"
    r"(?P<POLICY>.+)"
)
_OTHER_BYTES: Final = "base64,"
"""Before a table that is not UTF-8; no header of a table begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as it was read. ``version`` is the one that estimates cite: a declared one, @, a hash of the content."""

    file: RuleFile
    version: str
    content: str = field(repr=False)

    @classmethod
    def of_table(cls, file: RuleFile, version: str, content: bytes) -> Self:
        """A table in whatever encoding: its version hashes the bytes, so they come back as they were."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = _OTHER_BYTES + base64.b64encode(content).decode("ascii")
        return cls(file=file, version=version, content=text)

    @property
    def sha256(self) -> str:
        """Of the content in UTF-8."""
        return sha256(self.content.encode()).hexdigest()

    @property
    def table(self) -> StoredTable:
        """The table as it was read. Raises ``PriceTableError`` ``prices.unreadable``."""
        content = self.content.encode()
        if self.content.startswith(_OTHER_BYTES):
            try:
                content = base64.b64decode(self.content.removeprefix(_OTHER_BYTES), validate=True)
            except binascii.Error as error:
                raise PriceTableError("unreadable", self.file, file=self.file) from error
        return StoredTable(content=content, file=self.file, name=self.version.rpartition("@")[0])


def spelled(versions: Mapping[RuleFile, str]) -> dict[str, str]:
    """Versions of prices, rules and policy, as every assessment carries them."""
    return {
        "prices": ", ".join(versions[file] for file in _PRICES),
        "rules": ", ".join(f"{file.partition('.')[0]} {versions[file]}" for file in _RULES),
        "policy": versions[RuleFile.POLICY],
    }


def cited(versions: Mapping[str, str]) -> Mapping[RuleFile, str]:
    """The version of each file from what ``spelled`` made; nothing for what it did not."""
    found = _SPELLING.fullmatch("\n".join(versions.get(name, "") for name in ("prices", "rules", "policy")))
    return {} if found is None else {file: found[file.name] for file in RuleFile}
