"""``python -m training label …``: sheets for annotators, and their drafts as labels."""

from datetime import datetime
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
    bare: Annotated[bool, typer.Option("--bare", help="no proposals: for a pass that nothing must sway")] = False,
) -> None:
    """Lay out a workspace: one sheet a photo, with grid and proposals."""
    from training.labelling import lay_out

    names = photos.read_text("utf-8").split()
    lay_out(workspace, data, names, None if bare else Detector.load(model))
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
def choose(
    out: Annotated[Path, typer.Option(help="the list of photos, one set/file a line")],
    seed: Annotated[str, typer.Option(help="any text; the same text draws the same photos")],
    count: Annotated[int, typer.Option(min=1)],
) -> None:
    """Draw photos for a second pass from those that have none."""
    from data.own_labels import own_labels
    from data.second_pass import chosen, second_pass

    photos = chosen(own_labels(), second_pass().keys(), seed, count)
    out.write_text("".join(f"{photo.folder}/{photo.file}\n" for photo in photos), "utf-8")
    say(f"{len(photos)} photos in {out}")


@label.command()
def sign(
    workspaces: Annotated[list[Path], typer.Argument(help="folders of the second annotator")],
    data: Data,
    annotator: Annotated[str, typer.Option(help="second-<round>, with a letter where several share a round")],
    drawn_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    out: Annotated[Path, typer.Option(help="the labels of the second pass; those of others in it stay")],
) -> None:
    """All drafts of a second annotator into the second pass, instead of what this annotator has there."""
    from data.own_labels import write_own_labels
    from data.second_pass import second_pass, signed
    from training.labelling import collect as gather

    others = [photo for photo in second_pass(out).values() if photo.annotator != annotator] if out.exists() else []
    photos = signed(gather(workspaces, data), annotator, drawn_on.date())
    write_own_labels([*others, *photos], out)
    say(f"{len(photos)} photos of {annotator}, {len(others) + len(photos)} in all")


@label.command()
def agreement(
    first: Annotated[Path | None, typer.Option(help="labels of the first; default the project's own")] = None,
    second: Annotated[Path | None, typer.Option(help="labels of the second; default the project's own")] = None,
) -> None:
    """How far the second pass agrees with the first, as a table: overlap of boxes, kappa on the words."""
    from data.own_labels import own_labels
    from data.second_pass import second_pass
    from training.label_agreement import table

    typer.echo("\n".join(table(own_labels(first), second_pass(second))))
