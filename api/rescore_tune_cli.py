"""``quickclaim rescore tune``: which policy could be promised, drawn and written for review; nothing is switched on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.exits import coded_errors
from api.settings import Settings, spoken_language

if TYPE_CHECKING:
    from api.rescore_tune_run import Simulated
    from claims.rescore.tune.curve import Outcome

# Heavy imports stand inside: `quickclaim --help` mounts this module and must start fast.


def tune(
    out: Annotated[Path, typer.Argument(help="Folder of a run of `quickclaim rescore`.", show_default=False)],
    manifest: Annotated[
        str | None, typer.Option(help="Where the manifest of the run lies now, if it has moved.", show_default=False)
    ] = None,
    bound: Annotated[float, typer.Option(min=0.001, max=0.5, help="Largest share of wrong instant offers.")] = 0.05,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="How sure it must be.")] = 0.95,
    policy: Annotated[Path, typer.Option("--out", help="Where the proposal goes.")] = Path("policy-proposal.yaml"),
    report: Annotated[Path | None, typer.Option(help="Write the curve as a self-contained HTML page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the curve as one JSON document.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Cache of the run, where it is not the usual one.")] = None,
    processes: Annotated[int | None, typer.Option(min=0, help="Beside this one; default: one per core.")] = None,
    lang: Annotated[Literal["en", "zh"] | None, typer.Option(help="Language for people.")] = None,
) -> None:
    """Draw straight-through share against error, and propose the policy that keeps a bound.

    The cases are those of the run, read again from where it had them; they must bring final amounts.
    The proposal is a file for two people to look at; nothing is switched on. Where no setting keeps the bound, no
    policy is written, and the exit status is 1.
    """
    with coded_errors(lang):
        _require_batch()
        from api.report.outputs import check_file
        from api.rescore_tune_files import check_place
        from api.rescore_tune_run import simulate

        settings = Settings.read()
        check_place(policy, settings)
        if report:
            check_file(report, ())
        done = simulate(out, manifest, settings, cache=cache, processes=processes)
        found = done.outcome(bound=bound, confidence=confidence)
        language = lang or spoken_language()
        _tell(found, report, language, as_json=as_json)
        _propose(done, found, policy, settings, language)


def _tell(found: "Outcome", report: Path | None, language: str, *, as_json: bool) -> None:
    """The curve, also where nothing can be promised: it shows why."""
    from api.report.outputs import replacing
    from api.rescore_tune_page import page
    from claims.rescore.tune.curve import as_document

    if as_json:
        typer.echo(as_document(found))
    if report:
        with replacing(report) as part:
            part.write_bytes(page(found, language).encode())


def _propose(done: "Simulated", found: "Outcome", policy: Path, settings: Settings, language: str) -> None:
    from api.rescore_tune_files import write_proposal
    from api.rescore_tune_page import percent
    from model.errors import RescoreError
    from model.naming import shown_name
    from model.notes import note
    from model.texts import Texts

    said = {"bound": percent(found.bound), "confidence": percent(found.confidence), "tested": found.tested}
    if found.proposed is None:
        raise RescoreError("no_policy", "", **said)
    write_proposal(done.proposal(found, found.proposed), policy, settings)
    said |= {"offers": found.proposed.point.offers.k, "wrong": found.proposed.point.error.k}
    told = note("rescore.tuned", file=shown_name(policy.name), **said)
    typer.echo(Texts.load(language).say(told), err=True)


def _require_batch() -> None:
    from importlib.util import find_spec

    from model.errors import RescoreError

    for library in ("scipy", "pyarrow"):
        if find_spec(library) is None:
            raise RescoreError("extra_missing", library, extra="batch")
