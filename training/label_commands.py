"""``python -m training label …``: sheets for annotators, and their drafts as labels."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.detector import Detector
from model.errors import ModelError
from model.registry import DEFAULT_MODEL, shipped_weights

label = typer.Typer(no_args_is_help=True, help="Labels of our own: sheets to look at, drafts to draw and collect.")
say = Console(stderr=True, soft_wrap=True).print

Data = Annotated[Path, typer.Option(help="folder with the annotated sets")]
Workspace = Annotated[Path, typer.Argument(help="folder of one annotator; see training/labelling.py")]


@label.command()
def sheets(
    workspace: Workspace,
    photos: Annotated[Path, typer.Option(help="text file, one set/file a line")],
    data: Data,
    model: Annotated[Path, typer.Option(help="folder of the proposing model")] = shipped_weights() / DEFAULT_MODEL,  # noqa: B008
) -> None:
    """Lay out a workspace: one sheet a photo, with grid and proposals."""
    from training.labelling import lay_out

    names = photos.read_text("utf-8").split()
    lay_out(workspace, data, names, Detector.load(model))
    say(f"{len(names)} sheets in {workspace}")


@label.command()
def draw(workspace: Workspace, data: Data) -> None:
    """Draw new drafts back onto their photos and name the faulty ones; status 1 when there are any."""
    from training.labelling import draw as run

    results = list(run(workspace, data))
    for name, result in results:
        say(f"{name}: {result}")
    if any(result != "drawn" for _, result in results):
        raise ModelError("data_unreadable", "see above")


@label.command()
def collect(
    workspaces: Annotated[list[Path], typer.Argument(help="folders of annotators")],
    data: Data,
    out: Annotated[Path, typer.Option(help="the labels, one photo a line")],
) -> None:
    """All drafts of the workspaces as one file of labels."""
    from data.own_labels import write_own_labels
    from training.labelling import collect as run

    photos = run(workspaces, data)
    write_own_labels(photos, out)
    say(f"{len(photos)} photos, {sum(len(photo.damages) for photo in photos)} damages")


@label.command()
def agreement(
    second: Annotated[Path, typer.Argument(help="folder of the second annotator")],
    data: Data,
    first: Annotated[Path | None, typer.Option(help="labels of the first; default the project's own")] = None,
) -> None:
    """How far a second pass agrees with the first: overlap of boxes, kappa on the words."""
    from data.own_labels import own_labels
    from training.label_agreement import agreement as run
    from training.labelling import collect as gather

    again = {photo.sha256: photo for photo in gather([second], data)}
    for item in run(own_labels(first), again):
        words = ", ".join(f"{word} {value:.2f}" for word, value in item.kappas.items())
        say(f"{item.what}: {item.first} and {item.second} boxes, {item.pairs} pairs, F1 {item.f1:.2f}, ")
        say(f"  mean IoU {item.iou:.2f}, kappa: {words}")
