"""The engine that the command line and the HTTP service share: the detector and the rulebook, loaded once."""

import logging
from pathlib import Path

from api.choices import Choices
from api.settings import Settings
from claims.observe import Eyes
from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.images import IntakeLimits
from model.errors import SettingsError
from model.registry import model_dir, shipped_weights

_log = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Eyes:
    """Load the detector, the price tables, the rules and the policy that the settings name.

    Raises ``ModelError``, ``PriceTableError`` or ``RulesError`` for anything that cannot be trusted: a service that
    cannot assess must not start. ``ModelError`` ``model.unknown`` lists the detectors that exist.
    """
    rulebook = Rulebook.load(settings.home, settings.policy)
    detector = Detector.load(
        model_dir(shipped_weights(), settings.detector),
        settings.backend,
        threads=settings.threads,
        cache_dir=_cache(settings.home) if settings.backend == "openvino" else None,
        checkpoint=settings.checkpoint,
    )
    return Eyes(detector=detector, limits=IntakeLimits(), rulebook=rulebook)


def open_service(settings: Settings) -> Eyes:
    """The same for a service, whose own market must be one that it can price: ``settings.unknown_region`` if not."""
    eyes = open_engine(settings)
    known = Choices.of(eyes.rulebook).regions
    if settings.region not in known:
        raise SettingsError("unknown_region", settings.region, value=settings.region, known=known)
    return eyes


def _cache(home: Path) -> Path | None:
    """Where OpenVINO keeps compiled networks. A folder that cannot be made costs time at each start, nothing else."""
    folder = home / "cache"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        _log.warning("no cache for compiled networks, starts take longer: %s", type(problem).__name__)
        return None
    return folder
