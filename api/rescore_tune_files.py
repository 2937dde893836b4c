"""Where a proposed policy may be written: never over a policy, never where one would be taken from."""

from importlib.resources import as_file, files
from pathlib import Path

from api.report.outputs import check_file, replacing, writing
from api.settings import Settings
from claims.rescore.tune.proposal import is_proposal
from model.errors import RescoreError
from model.naming import shown_name


def check_place(path: Path, settings: Settings) -> None:
    """Raises ``RescoreError`` ``rescore.over_policy`` for the policy of the settings, anything in the home folder or
    among the shipped rules, and any file that is no earlier proposal; ``UsageError`` as ``check_file``."""
    check_file(path, ())
    with writing(path), as_file(files("data").joinpath("rules")) as shipped:
        place = path.resolve()
        guarded = any(place.is_relative_to(folder.resolve()) for folder in (shipped, settings.home))
        in_force = settings.policy is not None and place == settings.policy.resolve()
        if guarded or in_force or not _replaceable(place):
            raise RescoreError("over_policy", path.name, file=shown_name(path.name))


def write_proposal(text: str, path: Path, settings: Settings) -> None:
    """The file, whole or not at all. Raises as ``check_place``."""
    check_place(path, settings)
    with replacing(path) as part:
        part.write_bytes(text.encode())


def _replaceable(place: Path) -> bool:
    return not place.exists() or is_proposal(place.read_bytes()[:200].decode("utf-8", "replace"))
