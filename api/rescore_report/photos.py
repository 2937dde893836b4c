"""The photos of a few cases, found again through the rows that the run was made from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from claims.rescore.case import HistoricalCase, Row
from claims.rescore.photo_files import PhotoFiles, PhotoGone
from model.manifest import Manifest
from model.vocabulary import LabelGroup


@dataclass(frozen=True, slots=True)
class CasePhotos:
    """A ``ReadPhoto``: addresses of photos by case, and what opens them."""

    addresses: Mapping[str, tuple[str, ...]]
    files: PhotoFiles

    @classmethod
    def among(cls, rows: Iterable[Row], wanted: Collection[str], files: PhotoFiles) -> Self:
        """Goes through ``rows`` until all ``wanted`` cases are found."""
        missing, found = set(wanted), dict[str, tuple[str, ...]]()
        for row in rows if missing else ():
            if isinstance(row, HistoricalCase) and row.id in missing:
                found[row.id] = row.photos
                missing.remove(row.id)
                if not missing:
                    break
        return cls(found, files)

    def __call__(self, case_id: str, number: int) -> bytes | None:
        """The photo with this number, from 1; None where it has gone."""
        addresses = self.addresses.get(case_id, ())
        if not 1 <= number <= len(addresses):
            return None
        try:
            return self.files.read(addresses[number - 1])
        except PhotoGone:
            return None


def drawn_from(manifest: Manifest) -> dict[str, float]:
    """The thresholds of the labels that are drawn: damage, and parts by their damage."""
    groups = {LabelGroup.DAMAGE, LabelGroup.DAMAGED_PART}
    return {label.name: label.threshold for label in manifest.labels if label.group in groups}
