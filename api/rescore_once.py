"""What is told of a whole manifest, once: its rows are read again for the report."""

from claims.rescore.manifest_columns import Tell
from model.notes import Note


class Once:
    """Hands each note on the first time that it comes; ``notes`` are those that came."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.notes: list[Note] = []

    def __call__(self, one: Note) -> None:
        """Hand it on, unless it came before."""
        if one not in self.notes:
            self.notes.append(one)
            self._tell(one)
