"""The figures as one JSON document: amounts as text, ratios as numbers of ten digits, keys always in the same order."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from claims.rescore.figures.results.figures import Figures


def to_json(figures: Figures) -> str:
    """``figures.json``: the same text for the same figures. What is None stands as null."""
    return json.dumps(_plain(figures), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return float(f"{value:.10g}")
    return value.value if isinstance(value, StrEnum) else value
