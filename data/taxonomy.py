"""What the labels of each detector mean, read from ``taxonomy.yaml``."""

from collections.abc import Mapping
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from model.errors import ModelError
from model.labels import Label, LabelPart
from model.vocabulary import DamageKind, LabelGroup, Severity


class Meaning(BaseModel):
    """A label without its threshold: thresholds are measured, meanings are stated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: LabelGroup
    parts: tuple[LabelPart, ...] = ()
    kind: DamageKind | None = None
    severity: Severity | None = None

    def label(self, name: str, threshold: float) -> Label:
        """The manifest's label. Raises ``ValueError`` when group, parts and kind do not fit together."""
        return Label(name=name, threshold=threshold, **dict(self))


class _Taxonomy(RootModel[dict[str, dict[str, Meaning]]]):
    pass


def read_taxonomy(detector: str) -> Mapping[str, Meaning]:
    """Label → meaning for one detector, in channel order.

    Raises ``ModelError`` ``model.taxonomy_invalid``, or ``model.unknown`` for a detector that the file does not name.
    """
    text = files(__package__).joinpath("taxonomy.yaml").read_text("utf-8")
    try:
        taxonomy = _Taxonomy.model_validate(yaml.safe_load(text)).root
    except (ValidationError, yaml.YAMLError) as error:
        raise ModelError("taxonomy_invalid", str(error)) from error
    if detector not in taxonomy:
        raise ModelError("unknown", f"{detector}: one of {', '.join(taxonomy)}")
    return taxonomy[detector]
