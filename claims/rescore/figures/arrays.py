"""Columns of Arrow as arrays of numpy. Amounts are whole ten-thousandths of the currency, so that sums are exact."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Column: TypeAlias = "pa.ChunkedArray[Any]"

_PER_UNIT: Final = pa.scalar(Decimal(10_000), pa.decimal128(5, 0))
NOBODY_SAID: Final = -1
"""The code of a value that is null."""


def units(column: Column) -> Ints:
    """Decimals as ten-thousandths; 0 where null."""
    scaled: Any = pc.multiply(column, _PER_UNIT)
    found: Ints = scaled.cast(pa.int64()).fill_null(0).to_numpy().astype(np.int64)
    return found


def as_units(amount: Decimal) -> int:
    """An amount as whole ten-thousandths, rounded down."""
    return int(amount.scaleb(4))


def as_amount(whole: int) -> Decimal:
    """Ten-thousandths as an amount, with two decimals where these say all."""
    hundredths, rest = divmod(int(whole), 100)
    return Decimal(int(whole)).scaleb(-4) if rest else Decimal(hundredths).scaleb(-2)


def known(column: Column) -> Bools:
    """True where there is a value."""
    return column.is_valid().to_numpy().astype(np.bool_)


def numbers(column: Column) -> Floats:
    """Numbers; nan where null."""
    return column.cast(pa.float64()).to_numpy().astype(np.float64)


def whole(column: Column) -> Ints:
    """Whole numbers of a column without null."""
    return column.to_numpy().astype(np.int64)


def flags(column: Column) -> Bools:
    """Truths of a column without null."""
    return column.to_numpy().astype(np.bool_)


def coded(column: Column) -> tuple[Ints, tuple[str, ...]]:
    """Words as places in the sorted tuple of all words; ``NOBODY_SAID`` where null."""
    words = tuple(sorted(word for word in column.unique().to_pylist() if word is not None))
    return places(column, words), words


def places(column: Column, words: Sequence[str]) -> Ints:
    """The place of each word among ``words``; ``NOBODY_SAID`` where it is null, or none of them."""
    codes: Any = pc.index_in(column, value_set=pa.array(words, pa.string()))
    found: Ints = codes.fill_null(NOBODY_SAID).to_numpy().astype(np.int64)
    return found
