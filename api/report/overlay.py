"""The photos with what was found drawn on them, as PNG files."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from api.report import fonts
from api.report.marks import PALETTE, Mark, marks_of, place_labels, within
from api.report.outputs import make_folder, replacing, spare_inputs
from api.report.pictures import LONG_SIDE, Shown, fitted, readable
from api.report.words import Words
from claims.assess import Assessment
from claims.observe import PhotoSource
from model.errors import UsageError
from model.findings import Box
from model.naming import last_step, stored_name
from model.texts import Texts


def write_overlays(assessment: Assessment, sources: Sequence[PhotoSource], directory: Path, texts: Texts) -> list[Path]:
    """One ``01-<stem>.png`` per photo that could be read, at most 1600 px long; the files, in order of the photos.

    The folder is made where the one above it exists. An earlier overlay of the same name is replaced, a photo of the
    case never. Labels are English where the machine has no font for Chinese. Raises ``UsageError``:
    ``usage.no_such_folder``, ``usage.output_unwritable``.
    """
    spoken = texts if fonts.find(texts.language) or texts.language == "en" else Texts.load("en")
    words = Words(spoken, assessment.estimate.currency)
    marks = marks_of(assessment)
    make_folder(directory)
    return [
        _write(draw(shown, marks.get(shown.index, ()), assessment, words), _target(directory, shown.index, sources))
        for shown in readable(assessment, sources, {})
    ]


def draw(shown: Shown, marks: Sequence[Mark], assessment: Assessment, words: Words) -> Image.Image:
    """The picture, at most 1600 px long, with a box and a label per mark."""
    image = fitted(shown.image, LONG_SIDE).copy()
    factor = shown.scale * image.width / shown.image.width
    boxes = [within(_scaled(mark.box, factor), *image.size) for mark in marks]
    pen = ImageDraw.Draw(image)
    stroke = max(2, round(max(image.size) / 400))
    for mark, box in zip(marks, boxes, strict=True):
        pen.rectangle(box, outline="white", width=stroke * 2)
        pen.rectangle(_shrunk(box, stroke / 2), outline=PALETTE[mark.colour], width=stroke)
    _label(pen, image.size, boxes, marks, _captions(marks, assessment, words), words.texts.language)
    return image


def _captions(marks: Sequence[Mark], assessment: Assessment, words: Words) -> list[str]:
    """Number, place and kind once per line; further boxes of a line carry its number."""
    captions, named = [], set()
    for mark in marks:
        damage = assessment.damages[mark.damage]
        place = words.damage_place(damage)
        long = f"{mark.number}  {place} · {words.texts.name(damage.kind)}"
        captions.append(str(mark.number) if mark.damage in named else long)
        named.add(mark.damage)
    return captions


def _label(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    boxes: Sequence[Box],
    marks: Sequence[Mark],
    captions: Sequence[str],
    language: str,
) -> None:
    font = fonts.font(language, max(13, round(max(size) / 60)))
    pad = max(3, round(max(size) / 320))
    high = font.getbbox("Ág")[3]
    sizes = [(pen.textlength(caption, font) + 2 * pad, float(high + pad)) for caption in captions]
    for mark, caption, spot in zip(marks, captions, place_labels(boxes, sizes, *size), strict=True):
        pen.rounded_rectangle(spot, radius=pad, fill=PALETTE[mark.colour])
        pen.text((spot[0] + pad, (spot[1] + spot[3]) / 2), caption, fill="white", font=font, anchor="lm")


def _scaled(box: Box, factor: float) -> Box:
    x1, y1, x2, y2 = (value * factor for value in box)
    return (x1, y1, x2, y2)


def _shrunk(box: Box, by: float) -> Box:
    x1, y1, x2, y2 = box
    return (x1 + by, y1 + by, x2 - by, y2 - by) if x2 - x1 > 2 * by and y2 - y1 > 2 * by else box


def _target(directory: Path, index: int, sources: Sequence[PhotoSource]) -> Path:
    """A name that no photo of the case has."""
    stem = f"{index + 1:02d}-{_safe_stem(sources[index].name)}"
    for name in (f"{stem}.png", *(f"{stem}-{count}.png" for count in range(2, len(sources) + 3))):
        try:
            spare_inputs(directory / name, sources)
        except UsageError:
            continue
        return directory / name
    raise UsageError("output_is_input", f"{stem}.png", file=f"{stem}.png")


def _safe_stem(name: str) -> str:
    file = last_step(name)
    return stored_name(file.rpartition(".")[0] or file, most=40, otherwise="photo")


def _write(image: Image.Image, path: Path) -> Path:
    with replacing(path) as part:
        image.save(part, "PNG", compress_level=4)
    return path
