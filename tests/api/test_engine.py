"""What the command line and the service open, and the settings that name it."""

from pathlib import Path

import pytest

from api.engine import open_engine
from api.settings import Settings
from inference.backends.protocol import SMALL_BATCH
from model.errors import ModelError, RulesError
from model.registry import DEFAULT_MODEL, list_models, shipped_weights


def test_compiled_networks_are_kept_under_home(tmp_path: Path) -> None:
    eyes = open_engine(Settings(home=tmp_path))
    assert eyes.version.startswith(DEFAULT_MODEL)
    eyes.detector.backend.run(SMALL_BATCH)  # compiles, when first asked
    assert list((tmp_path / "cache").iterdir())


def test_a_cache_that_cannot_be_made_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    assert open_engine(Settings(home=tmp_path)).detector.manifest.name == DEFAULT_MODEL
    assert "no cache" in caplog.text


def test_an_unknown_detector_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        open_engine(Settings(home=tmp_path, detector="nope"))
    assert caught.value.code == "model.unknown"
    for name in list_models(shipped_weights()):
        assert name in str(caught.value)


def test_a_policy_that_cannot_be_read_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as caught:
        open_engine(Settings(home=tmp_path, policy=tmp_path / "missing.yaml"))
    assert caught.value.code == "rules.unreadable"


def test_the_torch_backend_needs_its_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        open_engine(Settings(home=tmp_path, backend="torch"))
    assert caught.value.code == "model.weights_missing"


@pytest.mark.parametrize(
    ("written", "hosts"),
    [("claims.example", ("claims.example",)), (" a.example, [::1] ,", ("a.example", "[::1]")), ("*", ("*",))],
)
def test_hosts_are_written_with_commas(monkeypatch: pytest.MonkeyPatch, written: str, hosts: tuple[str, ...]) -> None:
    monkeypatch.setenv("QUICKCLAIM_HOSTS", written)
    assert Settings().hosts == hosts
