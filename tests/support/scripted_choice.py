"""A scripted detector that travels to other processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from inference.testing import Row, ScriptedDetector, shipped_manifest
from model.manifest import Manifest


@dataclass(frozen=True)
class ScriptedChoice:
    """See ``claims.rescore.work.DetectorChoice``. ``script`` as ``ScriptedDetector`` takes it, by SHA-256."""

    script: Mapping[str, tuple[Row, ...]]

    @property
    def manifest(self) -> Manifest:
        return shipped_manifest()

    def open(self) -> ScriptedDetector:
        return ScriptedDetector(self.script)


@dataclass(frozen=True)
class NeverOpened:
    """The same detector where nobody may look again."""

    @property
    def manifest(self) -> Manifest:
        return shipped_manifest()

    def open(self) -> NoReturn:
        raise AssertionError("a photo was looked at again")
