"""Names that others gave to files, made fit to be shown, sent and stored."""

import re
import unicodedata


def last_step(path: str) -> str:
    """``photo.jpg`` of ``C:\\\\photos\\\\photo.jpg`` and of ``../photo.jpg``."""
    return path.replace("\\", "/").rpartition("/")[2]


def shown_name(name: str) -> str:
    """The name with a space for every kind of space, and � for control, direction-changing and undecodable letters.

    What is returned can be encoded in UTF-8 and commands no terminal.
    """
    return "".join(map(_shown, name)).strip() or "�"


def stored_name(name: str, *, most: int, otherwise: str) -> str:
    """Letters and digits of any script, dots and dashes: nothing that a shell or a file system takes otherwise."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-. ")[:most] or otherwise


def _shown(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if unicodedata.category(letter) == "Zs" else "�"
