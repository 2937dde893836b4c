"""Which columns a manifest may have, and what is told of all others. Nothing of a case's own words is repeated."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from claims.rescore.fields import (
    Reader,
    amount,
    day,
    document,
    moment,
    month,
    number,
    photos,
    phrase,
    text,
    whole,
    yes_no,
)
from claims.rescore.manifest_faults import nameable
from model.errors import RescoreError
from model.notes import Note, note

Tell = Callable[[Note], None]
"""Called with what a reader of the report should know about the manifest as a whole, each thing once."""

VEHICLE: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **dict.fromkeys(("vehicle_class", "make", "model", "special_paint"), phrase),
        **dict.fromkeys(("new_energy", "adas"), yes_no),
        "year": whole,
        "cash_value": number,
        "part_numbers": document,
    }
)
"""Fields of ``claims.facts.VehicleFacts``."""

FACTS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **dict.fromkeys(("region", "shop", "area", "cause"), text),
        **dict.fromkeys(("single_party", "injury", "third_party_property"), yes_no),
        **dict.fromkeys(("policy_active", "plate_matches_policy"), yes_no),
        **dict.fromkeys(("drivable", "airbag_deployed", "fluid_leak", "misaligned_gaps"), yes_no),
        **dict.fromkeys(("underbody_or_charge_port", "coverage_red_flag"), yes_no),
        **dict.fromkeys(("automation_refused", "disputed", "high_risk_tag"), yes_no),
        **dict.fromkeys(("claimed_amount", "deductible", "salvage", "sample_draw"), number),
        **dict.fromkeys(("paid_in_last_year", "seen_photos"), document),
        "lost_at": moment,
    }
)
"""Fields of ``claims.facts.CaseFacts`` but the vehicle."""

CASE: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "case_id": text,
        "photos": photos,
        "assessed_on": day,
        "month": month,
        "facts": document,
        "final_amount": amount,
        "final_lines": document,
        **dict.fromkeys(("previous_total", "previous_low", "previous_high"), amount),
        "previous_route": text,
        "previous_versions": document,
    }
)
"""What is said of the case as a record."""

COLUMNS: Final[Mapping[str, Reader]] = MappingProxyType({**CASE, **FACTS, **VEHICLE})
NEEDED: Final = ("case_id", "photos")

_MOST_TOLD: Final = 50
_PERSONAL_WORDS: Final = frozenset(
    {
        *("plate", "plates", "licence", "license", "registration", "vin", "chassis", "frame", "engine"),
        *("phone", "mobile", "tel", "telephone", "fax", "email", "mail", "wechat", "contact"),
        *("name", "surname", "owner", "insured", "driver", "customer", "claimant", "person", "birthday", "birth"),
        *("address", "street", "gps", "latitude", "longitude", "lat", "lon", "lng", "location"),
        *("idcard", "identity", "passport", "policy", "policyno", "account", "iban", "bank", "signature"),
    }
)
_PERSONAL_PARTS: Final = (
    *("车牌", "号牌", "车架", "识别代", "发动机号", "手机", "电话", "微信", "邮箱", "联系", "姓名", "车主", "被保险人"),
    *("驾驶人", "司机", "身份证", "证件", "保单", "地址", "住址", "经度", "纬度", "账号", "账户", "银行", "签名"),
)


def column(name: str) -> str:
    """A column's name as written, in one spelling: ``Case ID`` is ``case_id``."""
    return re.sub(r"[\s-]+", "_", name.lstrip("\ufeff").strip().casefold())


def is_personal(name: str) -> bool:
    """Whether a column's name (``column``) speaks of people, their cars' numbers or their policies."""
    return not _PERSONAL_WORDS.isdisjoint(re.split(r"[^a-z]+", name)) or any(part in name for part in _PERSONAL_PARTS)


class Columns:
    """The columns of one manifest: tells of each unknown and each personal one once, and passes both over."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def of_header(self, names: Iterable[str], *, file: str) -> tuple[str | None, ...]:
        """For each column its name, None for one that is not read.

        Raises ``RescoreError``: ``no_columns`` without the needed ones, ``same_column`` for one that is there twice.
        """
        found = tuple(map(column, names))
        if lacking := tuple(name for name in NEEDED if name not in found):
            raise RescoreError("no_columns", ", ".join(lacking), file=file, columns=lacking)
        if twice := tuple(name for name in COLUMNS if found.count(name) > 1):
            raise RescoreError("same_column", ", ".join(twice), file=file, columns=twice)
        self.tell_others(found)
        return tuple(name if name in COLUMNS else None for name in found)

    def tell_others(self, names: Iterable[str]) -> None:
        """Of those that were not told of before. Names that are no names of columns are counted, not repeated."""
        fresh = [name for name in dict.fromkeys(names) if name not in COLUMNS and name not in self._told]
        if not fresh or len(self._told) >= _MOST_TOLD:
            return
        self._told.update(fresh)
        for code, personal in (("rescore.personal_columns", True), ("rescore.unknown_columns", False)):
            if those := [name for name in fresh if is_personal(name) is personal]:
                named = tuple(name for name in those if nameable(name))
                self._tell(Note(code, {"count": len(those), "columns": named or ("…",)}))


def wrong(field: str, told: Note) -> Note:
    """The reason of a row whose cell cannot be taken."""
    return note("rescore.field", field=field, told=told)
