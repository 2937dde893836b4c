"""The papers beside a promoted detector, held against what its manifest seals.

The seal is over the sha256 of the evaluation, so no figure of it can change and the detector still load. Studies may be
added later: no seal is over them; ``verify`` holds each against the detector that it names.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from model.errors import ModelError
from model.manifest import FileRef, Manifest, Metric

EVALUATION = "evaluation.json"
"""Every figure of the promoted detector, of which the manifest carries the main ones; its name, where that is free."""
STUDIES = "studies"
"""The folder of its studies."""
DETECTOR = "detector"
"""What a study calls the detector that it is of."""


def files_of(manifest: Manifest) -> tuple[FileRef, ...]:
    """The networks that a manifest vouches for: the full one, and its 8-bit copy where there is one."""
    return (manifest.weights, *([manifest.quantised.weights] if manifest.quantised else []))


def own_references(manifest: Manifest) -> frozenset[str]:
    """How assessments and studies cite this detector: with the full network or with its copy."""
    return frozenset(manifest.model_copy(update={"weights": ref}).reference for ref in files_of(manifest))


def named_files(manifest: Manifest) -> tuple[FileRef, ...]:
    """The files that must lie beside a manifest: its networks and, once promoted, the evaluation."""
    return (*files_of(manifest), *([manifest.promotion.evaluation] if manifest.promotion else []))


def check_evaluation(folder: Path, manifest: Manifest) -> None:
    """Nothing is asked of a detector that was not promoted.

    Raises ``ModelError`` ``model.figures_mismatch``: the evaluation is missing, or another file than at the promotion.
    """
    if manifest.promotion is None:
        return
    ref = manifest.promotion.evaluation
    try:
        content = (folder / ref.file).read_bytes()
    except OSError as error:
        raise _mismatch(manifest, f"{ref.file} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != ref.sha256:
        raise _mismatch(manifest, f"{ref.file} was changed after the promotion")


def check_papers(folder: Path, manifest: Manifest) -> None:
    """What they say; ``check_evaluation`` asks whether the evaluation is the promoted one.

    Raises ``ModelError`` ``model.figures_mismatch``: the evaluation is of other weights or says otherwise than the
    manifest; a study is of another detector.
    """
    if manifest.promotion is None:
        return
    evaluation = folder / manifest.promotion.evaluation.file
    for fault in (*_evaluation_faults(evaluation, manifest), *_study_faults(folder / STUDIES, manifest)):
        raise _mismatch(manifest, fault)


def _mismatch(manifest: Manifest, fault: str) -> ModelError:
    return ModelError("figures_mismatch", f"{manifest.reference}: {fault}")


def _evaluation_faults(path: Path, manifest: Manifest) -> Iterator[str]:
    try:
        paper = json.loads(path.read_bytes())
        weights, found = paper["weights"], [_metric(figure) for figure in paper["figures"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"{path.name} cannot be read: {error}"
        return
    told = {(metric.name, metric.data): metric for metric in found}
    if len(told) < len(found):
        yield f"{path.name} tells a figure twice"
    if weights not in {ref.sha256 for ref in files_of(manifest)}:
        yield f"{path.name} is of other weights"
    for metric in manifest.metrics:
        if told.get((metric.name, metric.data)) != metric:
            yield f"{path.name} says otherwise of {metric.name}, {metric.data}"


def _study_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Studies may be added after the promotion, so no seal is over them."""
    own = own_references(manifest)
    for path in sorted(folder.glob("*.json")):
        try:
            about = json.loads(path.read_bytes())["papers"].get(DETECTOR)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"study {path.name} cannot be read: {error}"
            continue
        if about is not None and about not in own:
            yield f"study {path.name} is of {about}"


def _metric(figure: dict[str, Any]) -> Metric:
    """A figure as the manifest has it. Raises ``ValueError`` or ``KeyError`` for what is none."""
    try:
        return Metric(**{name: figure[name] for name in Metric.model_fields})
    except ValidationError as error:
        raise ValueError(f"{figure.get('name')} is no figure") from error
