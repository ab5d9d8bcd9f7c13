"""The pages as HTML: templates, and the static files under names that change with their content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

PACKAGE = "bot.channels.web"
KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Static:
    """One file; ``name`` carries a piece of its hash, so it may be kept for ever."""

    name: str
    kind: str
    content: bytes


@cache
def statics(package: str = PACKAGE) -> Mapping[str, Static]:
    """By the plain name, as the templates say it."""
    found: dict[str, Static] = {}
    for entry in files(package).joinpath("static").iterdir():
        stem, _, kind = entry.name.rpartition(".")
        if kind in KINDS:
            content = entry.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            found[entry.name] = Static(f"{stem}-{digest}.{kind}", KINDS[kind], content)
    return found


def by_public_name(package: str = PACKAGE) -> Mapping[str, Static]:
    return {static.name: static for static in statics(package).values()}


@cache
def templates(package: str = PACKAGE, at: str = "/static/") -> Environment:
    """The templates of a package, escaped; ``at``: the path before its static files."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = lambda name: f"{at}{statics(package)[name].name}"
    made.globals["logo"] = Markup(statics()["logo.svg"].content.decode())  # noqa: S704  (our file)
    return made


def written(template: str, values: Mapping[str, Any]) -> str:
    return templates().get_template(template).render(values)


def page(template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    return Response(written(template, values), status, media_type="text/html; charset=utf-8")
