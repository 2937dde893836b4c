"""What a page needs that stands alone: its templates, and its style under a policy that allows nothing else."""

import base64
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template


def template(name: str) -> Template:
    """A template of ``web/templates`` that escapes all it is given."""
    return _environment().get_template(name)


def style_of(*names: str) -> str:
    """Style sheets of ``web/static``, one after the other."""
    return "".join((files("web") / "static" / name).read_text("utf-8") for name in names)


def style_hash(style: str) -> str:
    """What the page's content policy allows as style: exactly this sheet."""
    return "sha256-" + base64.b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: (files("web") / "templates" / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
