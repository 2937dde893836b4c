"""Rules of the house that a reader could break without noticing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("model", "inference", "parts_pricing", "claims", "data", "api", "training")
BELOW_THE_RIM = ("model", "inference", "parts_pricing", "claims", "data")


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_import_contracts_hold() -> None:
    command = [sys.executable, "-m", "importlinter.cli", "lint"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_service_runs_without_torch() -> None:
    """Whatever the service and the command line import must do without the train extra."""
    program = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'torch', 'torchvision', 'ultralytics', 'onnx', 'matplotlib'}:\n"
        "            raise ImportError('not part of the service: ' + name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from pathlib import Path\n"
        "import api.cli, api.app, api.report.html, api.report.overlay, api.report.terminal, api.schemas\n"
        "from api.engine import open_engine\n"
        "from api.settings import Settings\n"
        "open_engine(Settings(home=Path(sys.argv[1])))\n"
    )
    with_home = [sys.executable, "-W", "ignore", "-c", program, str(ROOT / "build" / "home")]
    result = subprocess.run(with_home, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", list(modules(*BELOW_THE_RIM)), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_rim_reads_the_environment(path: Path) -> None:
    """Telling a library something through its variables is allowed; taking a setting from one is not."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript | ast.Attribute) and _sets(node)
    }
    for node in ast.walk(tree):
        environment = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        assert not environment or id(node) in told, f"{path.name}:{node.lineno} reads the environment"


def _sets(node: ast.Subscript | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) or (isinstance(node, ast.Attribute) and node.attr == "setdefault")


def test_modules_stay_readable() -> None:
    long = [f"{path.relative_to(ROOT)}: {count}" for path in modules(*PACKAGES) if (count := _lines(path)) > 400]
    assert not long


def test_functions_stay_on_a_screen() -> None:
    lengths = sorted(_function_lengths())
    assert lengths[len(lengths) // 2] <= 15
    assert lengths[int(len(lengths) * 0.9)] <= 45


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _function_lengths() -> Iterator[int]:
    for path in modules(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1
