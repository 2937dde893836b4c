"""How large is a damage? From boxes and the usual size of the parts around it; None where nothing gives a scale."""

from collections.abc import Mapping, Sequence
from statistics import median

from inference.geometry import area, union_area
from inference.rules import ConsolidateRules
from inference.scene import Scene
from model.findings import Box
from model.vocabulary import DamageKind, Part, Severity

CM2_PER_DM2 = 100.0


def damage_cm2(
    boxes: Sequence[Box],
    kind: DamageKind,
    scene: Scene,
    part: Part | None,
    surface_dm2: Mapping[Part, float],
    rules: ConsolidateRules,
) -> float | None:
    """Area of the damage: its boxes x their fill, in px, over the scale of the part (else of all parts) in view.

    A part's box foreshortens with the damage on it, so the ratio holds at an angle; it is a rough measure all the same.
    """
    scale = _px2_per_cm2(scene, surface_dm2, rules, only=part) or _px2_per_cm2(scene, surface_dm2, rules)
    if scale is None:
        return None
    size = union_area(boxes) * rules.fill.of(kind) / scale
    whole = surface_dm2.get(part, 0.0) * CM2_PER_DM2 if part else 0.0
    return min(size, whole) if whole else size


def severity_of(cm2: float | None, rules: ConsolidateRules) -> Severity:
    """The step of the repair-hour tables that a size falls in; the middle step where the size is not known."""
    if cm2 is None:
        return Severity.MODERATE
    if cm2 <= rules.minor_up_to_cm2:
        return Severity.MINOR
    return Severity.MODERATE if cm2 <= rules.moderate_up_to_cm2 else Severity.SEVERE


def _px2_per_cm2(
    scene: Scene, surface_dm2: Mapping[Part, float], rules: ConsolidateRules, only: Part | None = None
) -> float | None:
    scales = [
        area(seen.box) * rules.fill.part / (surface_dm2[seen.ref.part] * CM2_PER_DM2)
        for seen in scene.parts
        if surface_dm2.get(seen.ref.part, 0.0) > 0 and only in (None, seen.ref.part) and not _cut_off(seen.box, scene)
    ]
    return median(scales) if scales else None


def _cut_off(box: Box, scene: Scene) -> bool:
    """A part that leaves the frame is larger than its box; two or more edges at the rim give no scale."""
    rim = 0.01 * max(scene.width, scene.height)
    touches = (box[0] <= rim, box[1] <= rim, box[2] >= scene.width - rim, box[3] >= scene.height - rim)
    return sum(touches) >= 2
