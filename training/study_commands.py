"""Questions about a detector or about rules, each answered by a table on standard output."""

from pathlib import Path
from typing import Annotated

import typer

from inference.detector import Detector
from model.registry import DEFAULT_MODEL, shipped_weights

Study = Annotated[Path | None, typer.Option(help="file to write it to, for the model card")]


def leave_out(
    without: Annotated[Path, typer.Argument(help="folder of the detector whose recipe holds the source out")],
    with_source: Annotated[Path, typer.Argument(help="folder of its twin that learned from the source")],
    source: Annotated[str, typer.Option(help="folder of the source, such as damaged_unlabelled")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    prepared: Annotated[Path, typer.Option(help="prepared set of either: which photos are validated on")],
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
    study: Study = None,
) -> None:
    """How much average precision is kept on photos from a source never trained on, as a table on standard output."""
    from data.own_labels import own_labels
    from training.left_out import leave_out as run
    from training.left_out import lines
    from training.left_out import study as study_of
    from training.prepared import PreparedSet

    pair = Detector.load(without), Detector.load(with_source)
    found = run(*pair, source, data, own_labels(labels), PreparedSet.read(prepared))
    for line in lines(found):
        typer.echo(line)
    if study is not None:
        study_of(found).write(study)


def photo_limits(data: Annotated[Path, typer.Argument(help="folder with the annotated sets")]) -> None:
    """Where the limits of data/rules/quality.yaml come from, as tables on standard output."""
    from claims.rulebook import Rulebook
    from training.photo_limits import measure

    measure(Detector.load(shipped_weights() / DEFAULT_MODEL), Rulebook.load(), data)


def severity_check(data: Annotated[Path, typer.Argument(help="folder with the annotated sets")]) -> None:
    """How far computed severities agree with annotators', as a table on standard output."""
    from claims.rulebook import Rulebook
    from training.severity_check import print_table

    print_table(Detector.load(shipped_weights() / DEFAULT_MODEL), Rulebook.load(), data)


def part_check(
    data: Annotated[Path, typer.Argument(help="folder with the annotated sets")],
    prepared: Annotated[Path, typer.Option(help="folder of the prepared set: which photos are validated on")],
    model: Annotated[list[Path] | None, typer.Option(help="folder of a detector, as often as there are some")] = None,
    split: Annotated[str, typer.Option(help="val; train to work on the rules")] = "val",
    study: Study = None,
) -> None:
    """How often attribution names the right part and side, as tables on standard output; ``--study`` is of the
    ``--model`` that is named first, with the rules as they are now."""
    if study is not None and not model:
        raise typer.BadParameter("--study goes with --model")
    from claims.rulebook import Rulebook
    from data.own_labels import own_labels
    from training.part_check import drawn_photos, print_tables
    from training.part_check_study import study as study_of
    from training.prepared import PreparedSet

    drawn = drawn_photos(PreparedSet.read(prepared), own_labels(), data, split)
    detectors, rules = [Detector.load(one) for one in model or ()], Rulebook.load().consolidate
    print_tables(drawn, detectors, rules)
    if study is not None:
        study_of(drawn, detectors[0], rules, split).write(study)


def part_layout(
    prepared: Annotated[Path, typer.Argument(help="folder of the prepared set: which photos are trained on")],
) -> None:
    """Where parts lie, seen from their neighbours: the layout of data/rules/consolidate.yaml, on standard output."""
    from data.own_labels import own_labels
    from training.part_check import wholly_drawn
    from training.part_layout import layout, yaml_lines
    from training.prepared import PreparedSet

    own, photos = own_labels(), PreparedSet.read(prepared).of("train")
    typer.echo(yaml_lines(layout(own[photo.sha256] for photo in photos if wholly_drawn(photo))), nl=False)


def attempts(
    models: Annotated[list[Path], typer.Argument(help="folders of exported detectors, calibrated or not")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    labels: Annotated[Path | None, typer.Option(help="this project's labels, if not those it ships")] = None,
    work: Annotated[Path, typer.Option(help="folder of what was seen, until it is done")] = Path("build/attempts"),
) -> None:
    """Attempts by the agreed score on the same validation photos, best first, as a table. Killed, it goes on."""
    from data.own_labels import own_labels
    from training.attempts import attempt, lines, names
    from training.calibrate import bare
    from training.promotion_policy import PromotionPolicy
    from training.remembered import Remembering

    policy, own = PromotionPolicy.load(), own_labels(labels)
    loaded = [Detector.load(model, quantised=False) for model in models]
    looking = [Remembering(Detector(bare(one.manifest), one.backend), work) for one in loaded]
    pairs = zip(names(models), looking, strict=True)
    for line in lines([attempt(name, one, data, own, policy) for name, one in pairs], policy):
        typer.echo(line)
    for one in looking:
        one.forget()


COMMANDS = (attempts, leave_out, photo_limits, severity_check, part_check, part_layout)
