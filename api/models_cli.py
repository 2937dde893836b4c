"""``quickclaim models list|verify``: the detectors that are installed, and whether they are what they claim to be."""

import typer

from api.exits import coded_errors
from api.settings import Settings
from model.errors import ModelError

models_app = typer.Typer(no_args_is_help=True, help="The detectors that are installed.")


@models_app.command("list")
def list_() -> None:
    """Name, version, input size and measured figures of every detector."""
    from model.manifest import Manifest
    from model.registry import MANIFEST, list_models, shipped_weights

    with coded_errors():
        chosen = Settings.read().detector
        for name in list_models(shipped_weights()):
            manifest = Manifest.read(shipped_weights() / name / MANIFEST)
            told = f"version {manifest.version}, {len(manifest.labels)} labels, {manifest.input.size} px"
            typer.echo(f"{'*' if name == chosen else ' '} {name}  {told}")
            for metric in manifest.metrics:
                measured = f"(n = {metric.n} {metric.unit}; {metric.data})"
                typer.echo(f"    {metric.name:<44} {metric.value:.3f}  {measured}")


@models_app.command()
def verify() -> None:
    """Check manifest, labels, sha256 and papers of every detector. Exit status 1 if one is not sound."""
    from model.registry import list_models, shipped_weights
    from model.registry import verify as verify_folder

    sound = True
    for name in list_models(shipped_weights()):
        try:
            manifest = verify_folder(shipped_weights() / name)
        except ModelError as error:
            sound = False
            typer.echo(f"{name}: {error}", err=True)
        else:
            typer.echo(f"{name}: sound, sha256 {manifest.weights.sha256}")
    if not sound:
        raise typer.Exit(1)
