"""The damages of a prepared set that may be pasted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data.annotated import Points
from data.taxonomy import Meaning
from model.vocabulary import LabelGroup
from training.augment import Pixels
from training.paste_donors import Donor, donors_of
from training.paste_patch import Patch, cut
from training.paste_spots import channels
from training.photo_files import decoded
from training.prepared import PreparedPhoto


@dataclass(kw_only=True, slots=True)
class Damages:
    """The damages that may be pasted, cut when first shown. ``meanings``: of the labels, in channel order."""

    meanings: Mapping[str, Meaning]
    photos: Sequence[PreparedPhoto]
    files: Sequence[Pixels]
    donors: dict[bool, list[Donor]] = field(init=False)
    patches: dict[tuple[int, Points], Patch | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        found = [donor for index, photo in enumerate(self.photos) for donor in donors_of(index, photo, self.meanings)]
        self.donors = {brittle: [item for item in found if item.brittle is brittle] for brittle in (False, True)}

    def clean(self, photo: PreparedPhoto, taught: npt.NDArray[np.bool_]) -> bool:
        """Does the photo say of every kind of damage, on every part, that it is not there?"""
        groups = LabelGroup.DAMAGE, LabelGroup.DAMAGED_PART
        damage = np.concatenate([channels(group, self.meanings) for group in groups])
        names = {name for name, meaning in self.meanings.items() if meaning.group is not LabelGroup.PART}
        return bool(taught[damage].all()) and not any(item.label in names for item in photo.drawn)

    def patch(self, donor: Donor) -> Patch | None:
        """The donor's patch; None where its outline holds next to nothing."""
        key = donor.photo, donor.drawn.outline
        if key not in self.patches:
            pixels = decoded(self.photos[donor.photo], self.files[donor.photo])
            for item in (*self.donors[False], *self.donors[True]):
                if item.photo == donor.photo:
                    self.patches[item.photo, item.drawn.outline] = cut(pixels, item.drawn)
        return self.patches[key]
