"""The photos of a case as the command line names them: files as they are, folders as the photos in them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.observe import PhotoSource
from model.errors import UsageError
from model.naming import shown_name
from model.notes import Note, note

_OF_THE_SYSTEM = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"})
_NO_PHOTOS = frozenset({
    ".7z", ".aae", ".bat", ".csv", ".db", ".doc", ".docx", ".eml", ".exe", ".gz", ".htm", ".html", ".ini", ".json",
    ".lnk", ".log", ".md", ".msg", ".ods", ".odt", ".pdf", ".ppt", ".pptx", ".py", ".rar", ".rtf", ".sh", ".tar",
    ".tsv", ".txt", ".url", ".xls", ".xlsx", ".xml", ".xmp", ".yaml", ".yml", ".zip",
})  # fmt: skip
"""Names of anything else, videos and strange pictures among them, are taken: that they cannot be read is a fact."""
_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiles:
    """The photos of one case, in the order they were named, and what was passed over in the folders."""

    photos: tuple[PhotoSource, ...]
    skipped: tuple[Note, ...]

    @classmethod
    def find(cls, named: Iterable[Path]) -> "CaseFiles":
        """A file that is named stands for itself, whatever it is. Hidden and system files of a folder are none of ours.

        Raises ``UsageError`` ``usage.empty_folder`` for a folder without photos.
        """
        files: list[Path] = []
        skipped: list[Note] = []
        for path in named:
            if not path.is_dir():
                files.append(path)
                continue
            inside, notes = _look_into(path)
            files += inside
            skipped += notes
        names = zip(distinct_names(files), files, strict=True)
        photos = tuple(PhotoSource(name=name, content=file) for name, file in names)
        return cls(photos=photos, skipped=tuple(skipped))


def distinct_names(files: Sequence[Path]) -> list[str]:
    """The last step of each path, with the folders before it that it takes to tell files of one name apart."""
    names = [file.name for file in files]
    for depth in range(2, max((len(file.parts) for file in files), default=0) + 1):
        twice = {name for name, count in Counter(names).items() if count > 1}
        if not twice:
            break
        names = ["/".join(file.parts[-depth:]) if n in twice else n for n, file in zip(names, files, strict=True)]
    return names


def _look_into(folder: Path) -> tuple[list[Path], list[Note]]:
    inside = sorted(path for path in folder.iterdir() if not _hidden(path.name))
    folders = [path for path in inside if path.is_dir()]
    others = [path for path in inside if path not in folders and path.suffix.lower() in _NO_PHOTOS]
    photos = [path for path in inside if path not in folders and path not in others]
    name = shown_name(folder.name or str(folder))
    if not photos:
        raise UsageError("empty_folder", name, folder=name)
    return photos, [*_skipped("files", name, others), *_skipped("folders", name, folders)]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _OF_THE_SYSTEM


def _skipped(what: str, folder: str, paths: Sequence[Path]) -> Iterator[Note]:
    if paths:
        told = note(f"cli.skipped.{what}", folder=folder, names=tuple(shown_name(path.name) for path in paths[:_NAMED]))
        more = len(paths) - _NAMED
        yield note("cli.skipped.more", told=told, count=more) if more > 0 else told
