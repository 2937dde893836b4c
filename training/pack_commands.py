"""``python -m training pack`` and ``unpack``: a prepared set on its way to another machine."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

say = Console(stderr=True).print


def pack(
    prepared: Annotated[Path, typer.Argument(help="folder of the prepared set")],
    data: Annotated[Path, typer.Option(help="folder with the annotated sets")],
    out: Annotated[Path, typer.Option(help="folder of the parts; earlier parts in it go. Keep it under build/")],
    part_mib: Annotated[int, typer.Option(min=1, max=4096, help="size of a part, at most")] = 55,
    longest: Annotated[int, typer.Option(min=32, help="longest side of a photo; larger ones are shrunk")] = 640,
    quality: Annotated[int, typer.Option(min=1, max=100, help="JPEG quality of shrunk photos")] = 90,
) -> None:
    """Pack a prepared set with its training and validation photos into numbered tar files."""
    from training.pack import pack as run
    from training.pack_photos import Shrinking
    from training.prepared import PreparedSet

    shrinking = Shrinking(longest=longest, quality=quality)
    for part in run(PreparedSet.read(prepared), data, out, shrinking, limit=part_mib * 2**20).parts:
        say(f"{out / part.file} {part.bytes / 2**20:6.1f} MiB")


def unpack(
    parts: Annotated[list[Path], typer.Argument(help="part-*.tar beside their parts.json, all or some")],
    out: Annotated[Path, typer.Option(help="folder that gets set/ and photos/; later parts may follow")],
) -> None:
    """Check parts and unpack them into a folder that train can read."""
    from training.pack_opened import unpack as run

    missing = run(parts, out)
    say(f"{out}: {'still missing: ' + ', '.join(missing) if missing else 'complete'}")


COMMANDS = (pack, unpack)
