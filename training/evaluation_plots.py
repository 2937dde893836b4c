"""Inline SVG of the evaluation page: an interval on a line, and a reliability diagram."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from training.evaluation import Figure

WIDTH, HEIGHT = 180, 18
SIDE, RIM = 190, 30


def interval(figure: Figure) -> Markup:
    """Value and interval on a line from 0 to 1, with a tick at each quarter."""
    ticks = "".join(_line(_x(at / 4), 3, _x(at / 4), HEIGHT - 3, "tick") for at in range(5))
    reach = _line(_x(figure.low), HEIGHT / 2, _x(figure.high), HEIGHT / 2, "reach")
    dot = f'<circle cx="{_x(figure.value):.1f}" cy="{HEIGHT / 2}" r="4.5" class="dot"/>'
    text = f"{figure.value:.3f}, from {figure.low:.3f} to {figure.high:.3f}"
    return _svg(WIDTH, HEIGHT, ticks + reach + dot, text)


def reliability(figures: Sequence[Figure]) -> Markup:
    """Precision over score, one figure a bin in order of score; the area of a dot follows its number of reports."""
    most = max(figure.n for figure in figures)
    marks = "".join(mark for figure in figures for mark in _bin(figure, most))
    diagonal = _line(*_point(0, 0), *_point(1, 1), "diagonal")
    text = "; ".join(f"{figure.name.rpartition('scores ')[2]}: {figure.value:.2f}" for figure in figures)
    return _svg(SIDE + RIM + 12, SIDE + RIM + 10, _axes() + diagonal + marks, text)


def _bin(figure: Figure, most: int) -> Iterator[str]:
    low, _, high = figure.name.rpartition("scores ")[2].partition(" to ")
    score = (float(low) + float(high)) / 2
    yield _line(*_point(score, figure.low), *_point(score, figure.high), "reach")
    x, y = _point(score, figure.value)
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2.5 + 5 * (figure.n / most) ** 0.5:.1f}" class="dot"/>'


def _axes() -> str:
    parts = []
    for at in (0.0, 0.5, 1.0):
        parts.append(_line(*_point(at, 0), *_point(at, 1), "tick") + _line(*_point(0, at), *_point(1, at), "tick"))
        x, y = _point(at, 0)
        parts.append(f'<text x="{x:.0f}" y="{y + 13:.0f}" text-anchor="middle">{at:g}</text>')
        x, y = _point(0, at)
        parts.append(f'<text x="{x - 5:.0f}" y="{y + 4:.0f}" text-anchor="end">{at:g}</text>')
    x, y = _point(0.5, 0)
    parts.append(f'<text x="{x:.0f}" y="{y + 26:.0f}" text-anchor="middle">score</text>')
    return "".join(parts)


def _point(score: float, precision: float) -> tuple[float, float]:
    return RIM + score * SIDE, 8 + (1 - precision) * SIDE


def _x(value: float) -> float:
    return 6 + min(max(value, 0.0), 1.0) * (WIDTH - 12)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _svg(width: int, height: int, inside: str, text: str) -> Markup:
    start = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
    return Markup(start) + Markup("<title>{}</title>").format(text) + Markup(inside + "</svg>")  # noqa: S704
