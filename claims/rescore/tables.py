"""The Parquet tables of a run: their columns, and nothing else. Amounts are decimals in the currency of their row.

Rows stand in the order of the manifest; lines and boxes in the order of the assessment. Shares of one case over several
tables are joined by ``case_id``, which is unique in a run.
"""

from typing import Any, Final

import pyarrow as pa

AMOUNT: Final = pa.decimal128(18, 4)
_SHA: Final = pa.string()


def _table(*columns: "pa.Field[Any]") -> pa.Schema:
    return pa.schema(list(columns))


CASES: Final = _table(
    pa.field("row", pa.int64(), nullable=False),
    pa.field("case_id", pa.string(), nullable=False),
    pa.field("month", pa.string()),  # YYYY-MM, of the manifest
    pa.field("on", pa.date32(), nullable=False),  # the day as of which it is decided
    pa.field("priced_on", pa.date32(), nullable=False),  # the day whose prices hold
    pa.field("region", pa.string(), nullable=False),
    pa.field("vehicle_class", pa.string(), nullable=False),
    pa.field("shop", pa.string()),
    pa.field("photos", pa.list_(_SHA), nullable=False),  # SHA-256 in hex, in the order of the case
    pa.field("usable_photos", pa.int32(), nullable=False),
    pa.field("damages", pa.int32(), nullable=False),
    pa.field("confidence", pa.float64()),  # of the least certain damage that is priced
    pa.field("currency", pa.string(), nullable=False),
    pa.field("total", AMOUNT, nullable=False),
    pa.field("low", AMOUNT, nullable=False),
    pa.field("high", AMOUNT, nullable=False),
    pa.field("at_least", pa.bool_(), nullable=False),  # something has no price
    pa.field("net", AMOUNT, nullable=False),
    pa.field("route", pa.string(), nullable=False),
    pa.field("reasons", pa.list_(pa.string()), nullable=False),  # codes
    pa.field("case_class", pa.string(), nullable=False),
    pa.field("authority", pa.string(), nullable=False),
    pa.field("inputs_sha256", _SHA, nullable=False),  # claims.replay.inputs_hash
    pa.field("final_amount", AMOUNT),
    pa.field("final_lines", pa.string()),  # JSON list of {part, side, operation, amount}; null where unknown
    pa.field("previous_total", AMOUNT),
    pa.field("previous_low", AMOUNT),
    pa.field("previous_high", AMOUNT),
    pa.field("previous_route", pa.string()),
)
LINES: Final = _table(
    pa.field("case_id", pa.string(), nullable=False),
    pa.field("line", pa.int32(), nullable=False),  # from 0
    pa.field("part", pa.string()),
    pa.field("side", pa.string(), nullable=False),
    pa.field("operation", pa.string(), nullable=False),
    pa.field("priced", pa.bool_(), nullable=False),
    pa.field("total", AMOUNT, nullable=False),
    pa.field("low", AMOUNT, nullable=False),
    pa.field("high", AMOUNT, nullable=False),
    pa.field("labour", AMOUNT, nullable=False),
    pa.field("paint", AMOUNT, nullable=False),
    pa.field("parts", AMOUNT, nullable=False),
    pa.field("other", AMOUNT, nullable=False),
    pa.field("hours", AMOUNT, nullable=False),
    pa.field("kinds", pa.list_(pa.string()), nullable=False),  # of its damages
    pa.field("severity", pa.string()),  # the worst of its damages
    pa.field("confidence", pa.float64()),  # of its least certain damage
    pa.field("price_row", pa.string()),
    pa.field("price_tag", pa.string()),
    pa.field("rule", pa.string()),
    pa.field("flags", pa.list_(pa.string()), nullable=False),  # sorted
)
DETECTIONS: Final = _table(
    pa.field("case_id", pa.string(), nullable=False),
    pa.field("photo", pa.int32(), nullable=False),  # number in the case, from 1
    pa.field("sha256", _SHA, nullable=False),
    pa.field("width", pa.int32(), nullable=False),
    pa.field("height", pa.int32(), nullable=False),
    pa.field("label", pa.string(), nullable=False),
    pa.field("score", pa.float32(), nullable=False),
    *(pa.field(side, pa.float32(), nullable=False) for side in ("x1", "y1", "x2", "y2")),  # px, upright photo
)
QUARANTINE: Final = _table(
    pa.field("row", pa.int64(), nullable=False),
    pa.field("case_id", pa.string()),
    pa.field("code", pa.string(), nullable=False),
    pa.field("photo", pa.int32()),
    pa.field("facts", pa.string(), nullable=False),  # JSON of claims.note_json, for the sentence
)
MOVED: Final = _table(
    pa.field("case_id", pa.string(), nullable=False),
    pa.field("step", pa.int32(), nullable=False),  # from 0
    pa.field("sources", pa.list_(pa.string()), nullable=False),  # claims.moved.Source; empty: nobody can tell
    pa.field("before", AMOUNT, nullable=False),
    pa.field("after", AMOUNT, nullable=False),
    pa.field("currency", pa.string(), nullable=False),
    pa.field("route_before", pa.string()),
    pa.field("route_after", pa.string(), nullable=False),
)
TABLES: Final = {"cases": CASES, "lines": LINES, "detections": DETECTIONS, "quarantine": QUARANTINE, "moved": MOVED}
"""By the name of their folder."""
