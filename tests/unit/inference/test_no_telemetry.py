"""OpenVINO tells nobody that it was started, and keeps nothing in the user's home."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import socket, sys
def no_names(*_, **__): raise SystemExit("a name was looked up")
socket.getaddrinfo = no_names
from inference.backends.openvino import OpenVinoBackend
import openvino
openvino.Core()
assert sys.modules["openvino_telemetry"] is None
"""


def test_openvino_starts_without_a_word_to_anybody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not list(home.iterdir())
