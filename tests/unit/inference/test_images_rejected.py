"""What cannot be used is rejected with a code, and every code has a sentence in both languages."""

import io
import re
import string
import struct
import zipfile
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

import inference
from inference.images import IntakeLimits, read_photo
from model.errors import PhotoRejected
from model.notes import Note
from model.texts import LANGUAGES, Texts

pillow_heif.register_heif_opener()
LIMITS = IntakeLimits()
TEXTS = {language: Texts.load(language) for language in LANGUAGES}


def rejection(source: bytes | Path, limits: IntakeLimits = LIMITS) -> PhotoRejected:
    """The rejection, after it was said in every language."""
    with pytest.raises(PhotoRejected) as caught:
        read_photo(source, name="x.jpg", limits=limits, min_side=640)
    problem = caught.value
    for texts in TEXTS.values():
        assert "{" not in texts.say(Note(problem.code, problem.facts))
    return problem


def image(size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.effect_noise(size, 40).convert("RGB")


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def archive(name: str = "a.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, "payload")
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png(width: int, height: int, pixels: bytes, extra: bytes = b"") -> bytes:
    start = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", start) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


TIFF_PAGES = saved(image(), "TIFF", save_all=True, append_images=[image()])

NOT_PHOTOS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "photo.empty"),
    "text": (b"hello, this is no photo at all", "photo.unknown_format"),
    "zeros": (bytes(1000), "photo.unknown_format"),
    "gif": (saved(image().quantize(8), "GIF"), "photo.unsupported_format"),
    "bmp": (saved(image(), "BMP"), "photo.unsupported_format"),
    "tiff": (saved(image(), "TIFF"), "photo.unsupported_format"),
    "avif": (saved(image(), "AVIF"), "photo.unsupported_format"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "photo.unsupported_format"),
    "zip": (archive(), "photo.unsupported_format"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "photo.is_document"),
    "docx": (archive("word/document.xml"), "photo.is_document"),
    "html": (b"<!DOCTYPE html><html><body>", "photo.is_document"),
    "mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100), "photo.is_video"),
    "gif animation": (saved(image(), "GIF", save_all=True, append_images=[image()]), "photo.animated"),
    "apng": (saved(image(), "PNG", save_all=True, append_images=[image()]), "photo.animated"),
    "webp animation": (saved(image(), "WEBP", save_all=True, append_images=[image()]), "photo.animated"),
    "heif collection": (saved(image(), "HEIF", save_all=True, append_images=[image()]), "photo.animated"),
    "heif sequence": (b"\0\0\0\x14ftypmsf1\0\0\0\0hevc" + bytes(100), "photo.animated"),
    "tiff pages": (TIFF_PAGES, "photo.animated"),
}


@pytest.mark.parametrize("name", NOT_PHOTOS)
def test_named_for_what_it_is(name: str) -> None:
    data, code = NOT_PHOTOS[name]
    assert rejection(data).code == code


SMUGGLED = {
    "zip": (archive(), "ZIP"),
    "svg": (b"<svg onload='x'></svg>", "HTML/SVG"),
    "script": (b"<script >x</script>", "HTML/SVG"),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("payload", SMUGGLED)
def test_photo_that_is_also_something_else(kind: str, payload: str) -> None:
    tail, name = SMUGGLED[payload]
    problem = rejection(saved(image(), kind) + tail)
    assert (problem.code, problem.facts["format"]) == ("photo.polyglot", name)


def test_pdf_in_the_comment_of_a_jpeg() -> None:
    assert rejection(saved(image(), "JPEG", comment=b"%PDF-1.4 trick")).code == "photo.polyglot"


def test_archive_in_front_of_a_photo() -> None:
    assert rejection(archive() + saved(image(), "JPEG")).code == "photo.unsupported_format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_cut_file_is_rejected(kind: str, share: float) -> None:
    data = saved(image(), kind)
    assert rejection(data[: int(len(data) * share)]).code in {"photo.truncated", "photo.corrupt"}


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_cut_jpeg_with_an_end_marker_is_still_truncated(progressive: bool, share: float) -> None:
    """The case that other decoders show as a half-grey photo."""
    data = saved(image(), "JPEG", progressive=progressive)
    assert rejection(data[: int(len(data) * share)] + b"\xff\xd9").code == "photo.truncated"


def test_changed_png_data_is_corrupt() -> None:
    data = bytearray(saved(image(), "PNG"))
    data[len(data) // 2] ^= 1
    assert rejection(bytes(data)).code == "photo.corrupt"


def test_limits_come_before_decoding() -> None:
    """The data behind these headers do not exist: only the header can have been read."""
    assert rejection(png(60_000, 60_000, zlib.compress(b""))).code == "photo.too_many_pixels"
    assert rejection(png(25_000, 200, zlib.compress(b""))).code == "photo.too_long"
    assert rejection(png(90, 5000, zlib.compress(b""))).code == "photo.too_small"
    assert rejection(png(0, 500, zlib.compress(b""))).code == "photo.corrupt"
    assert rejection(png(7000, 7000, zlib.compress(b""))).code == "photo.truncated"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_limit_holds_for_each_format(kind: str) -> None:
    data = saved(image(), kind)
    assert rejection(data, IntakeLimits(max_pixels=59_999)).code == "photo.too_many_pixels"
    assert rejection(data, IntakeLimits(max_side=299)).code == "photo.too_long"
    assert rejection(data, IntakeLimits(min_side=201)).code == "photo.too_small"
    problem = rejection(data, IntakeLimits(max_bytes=len(data) - 1))
    assert problem.code == "photo.too_many_bytes"
    exact = IntakeLimits(max_bytes=len(data), max_pixels=60_000, max_side=300, min_side=200)
    assert read_photo(data, name="x", limits=exact, min_side=64).width == 300


def test_a_limit_of_zero_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="positive"):
        IntakeLimits(max_scans=0)


def test_compressed_text_that_swells() -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    pixels = zlib.compress(bytes(300 * 901), 9)
    for kind, head in ((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0")):
        assert rejection(png(300, 300, pixels, chunk(kind, head + bomb))).code == "photo.decompression_bomb"


def test_jpeg_of_a_thousand_scans() -> None:
    data = saved(image(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    assert rejection(data[:-2] + data[at:-2] * 1000 + data[-2:]).code == "photo.decompression_bomb"


def test_jpeg_of_another_coding_is_named() -> None:
    data = saved(image(), "JPEG")
    for code in (0xC3, 0xC9):
        at = data.index(b"\xff\xc0")
        assert rejection(data[: at + 1] + bytes([code]) + data[at + 2 :]).code == "photo.unsupported_format"


def test_what_is_no_file(tmp_path: Path) -> None:
    assert rejection(tmp_path).code == "photo.unreadable_file"
    assert rejection(tmp_path / "missing.jpg").code == "photo.unreadable_file"
    assert rejection(Path("/dev/null")).code == "photo.unreadable_file"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert rejection(path).code == "photo.too_many_bytes"


def test_the_folder_of_a_person_is_not_told(tmp_path: Path) -> None:
    assert str(tmp_path) not in str(rejection(tmp_path / "missing.jpg"))


def raised_codes() -> set[str]:
    """Every code that the package's source names, so that a new one cannot go without a sentence."""
    folder = Path(inference.__file__).parent
    sources = [folder / "images.py", *sorted((folder / "intake").glob("*.py"))]
    text = "".join(source.read_text("utf-8") for source in sources)
    return set(re.findall(r'PhotoRejected\(\s*"(\w+)"', text))


@pytest.mark.parametrize("code", sorted(raised_codes()))
def test_every_code_has_a_sentence_with_the_same_numbers(code: str) -> None:
    sentences = [TEXTS[language].sentences[f"photo.{code}"] for language in LANGUAGES]
    fields = [{name for _, name, _, _ in string.Formatter().parse(sentence) if name} for sentence in sentences]
    assert fields[0] == fields[1]


def test_no_sentence_is_left_over_or_forbidden() -> None:
    for language in LANGUAGES:
        ours = {
            key.removeprefix("photo."): text
            for key, text in TEXTS[language].sentences.items()
            if key.startswith("photo.")
        }
        assert set(raised_codes()) | {"corrupt", "truncated", "decompression_bomb"} >= set(ours)
        assert not any(word in text for text in ours.values() for word in ("不可能", "不行", "按规定", "公司规定"))
