"""Which photo is in which case: duplicates inside a case, and photos that several cases share."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.rescore.figures.arrays import Ints, whole
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.results.quality import Photos, SharedPhoto
from claims.rescore.figures.run_tables import RunTables
from claims.rescore.figures.shares import share

_EXAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoUse:
    """``case`` and ``photo`` are arrays of (photos of all cases,): photo j of ``hashes`` is in case i.

    ``once_case`` and ``once_photo`` hold every such pair once, by case. ``usable``: how many photos of each case can be
    used, (n,).
    """

    case: Ints
    photo: Ints
    once_case: Ints
    once_photo: Ints
    hashes: "pa.Array[Any]"
    usable: Ints

    @classmethod
    def read(cls, tables: RunTables) -> Self:
        """In the order of ``Cases``. Raises ``RescoreError``."""
        table = tables.table("cases", ("row", "photos", "usable_photos")).sort_by("row")
        lists: Any = table["photos"].combine_chunks()
        parents: Any = pc.list_parent_indices(lists)
        told = lists.flatten().dictionary_encode()
        case, photo = parents.to_numpy().astype(np.int64), told.indices.to_numpy().astype(np.int64)
        width = max(len(told.dictionary), 1)
        once = np.unique(case * width + photo)
        return cls(
            case=case,
            photo=photo,
            once_case=once // width,
            once_photo=once % width,
            hashes=told.dictionary,
            usable=whole(table["usable_photos"]),
        )

    def of(self, case: int) -> tuple[str, ...]:
        """The hashes of one case, in its order."""
        start, stop = np.searchsorted(self.case, (case, case + 1))
        return tuple(self.hashes[int(photo)].as_py() for photo in self.photo[start:stop])

    def shared_by(self) -> Ints:
        """(n,): how many different photos of each case are in another case too."""
        shared = self._times()[self.once_photo] > 1
        return np.bincount(self.once_case[shared], minlength=len(self.usable)).astype(np.int64)

    def per_case(self) -> Ints:
        """(n,): how many photos each case has."""
        return np.bincount(self.case, minlength=len(self.usable)).astype(np.int64)

    def told(self, cases: Cases) -> Photos:
        """The figures of the photos."""
        n, cases_n = len(self.photo), len(cases)
        copies = self.per_case() - np.bincount(self.once_case, minlength=cases_n)
        return Photos(
            n=n,
            unusable=share(n - int(self.usable.sum()), n),
            cases_without=share(int((self.usable == 0).sum()), cases_n),
            duplicates=int(copies.sum()),
            cases_with_duplicates=share(int((copies > 0).sum()), cases_n),
            shared=int((self._times() > 1).sum()),
            cases_sharing=share(int((self.shared_by() > 0).sum()), cases_n),
            examples=self._examples(cases),
        )

    def _times(self) -> Ints:
        """(different photos,): in how many cases each of them is."""
        return np.bincount(self.once_photo, minlength=len(self.hashes)).astype(np.int64)

    def _examples(self, cases: Cases) -> tuple[SharedPhoto, ...]:
        times = self._times()
        shared = sorted(np.flatnonzero(times > 1), key=lambda code: (-times[code], self.hashes[int(code)].as_py()))
        return tuple(
            SharedPhoto(
                sha256=self.hashes[int(code)].as_py(),
                cases=tuple(cases.ids[int(place)].as_py() for place in self.once_case[self.once_photo == code]),
            )
            for code in shared[:_EXAMPLES]
        )
