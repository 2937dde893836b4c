"""The studies of a detector that its card shows and that need nothing but its own answers on validation photos."""

from pathlib import Path
from typing import Annotated

import typer

from inference.detector import Detector
from model.registry import DEFAULT_MODEL, shipped_weights


def card_studies(
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    prepared: Annotated[Path, typer.Option(help="the set it was trained with: which photos taught nothing")],
    out: Annotated[Path, typer.Option(help="folder to write the studies to, for `card --study`")],
    model: Annotated[Path, typer.Argument(help="folder of the detector")] = shipped_weights() / DEFAULT_MODEL,  # noqa: B008
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
) -> None:
    """Write the studies of the 8-bit copy, of sizes and of hard clean photos for the model card."""
    from data.own_labels import own_labels
    from training.card_studies import studies_on
    from training.prepared import PreparedSet

    full, served = Detector.load(model, quantised=False), Detector.load(model)
    for study in studies_on(full, served, data, own_labels(labels), PreparedSet.read(prepared)):
        study.write(out / f"{study.name}.json")
        typer.echo(str(out / f"{study.name}.json"))


COMMANDS = (card_studies,)
