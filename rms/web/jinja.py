"""Templates to text. Must not know requests or rooms.

Two kinds of templates meet. Ours run under StrictUndefined: a misspelt name is an error, never an empty place on a
page. The NHS design system's macros are written for a language in which a missing name is nothing, so they need
ChainableUndefined. Each kind has its own environment; ours hands over every name that starts with `nhsuk/`, and a
template keeps the rules of the environment that loaded it.
"""

from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import jinja2
import msgspec

from rms.web.compiled import Compiled

TEMPLATES: Final = Path(__file__).parents[2] / "templates"
_THEIRS = "nhsuk/"


class Pages(jinja2.Environment):
    """Our environment: strict, escaping, and with the design system's macros within reach."""

    components: jinja2.Environment

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # the name of the method we override
    ) -> jinja2.Template:
        """Load a template; the design system's come from their own environment."""
        if isinstance(name, str) and name.startswith(_THEIRS):
            return self.components.get_template(name)
        return super().get_template(name, parent, globals)


def make_pages(folder: Path = TEMPLATES, *, asset: Callable[[str], str]) -> Pages:
    """Build the environment. `asset("nhsuk.css")` gives a file's address; templates can call nothing else."""
    kept = Compiled(rules=Path(__file__).read_bytes())  # the options stand in this file
    pages = Pages(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined, bytecode_cache=kept, **_SHARED
    )
    pages.components = jinja2.Environment(  # noqa: S701  # escaping is on, in what both share
        loader=jinja2.PackageLoader("nhsuk_frontend_jinja"),
        undefined=jinja2.ChainableUndefined,
        bytecode_cache=kept,
        **_SHARED,
    )
    # The macros indent what they make for readers of the source; that is half of the time and two thirds of the size.
    pages.components.filters["indent"] = _as_it_is
    pages.globals["asset"] = asset
    return pages


def preload(pages: Pages) -> tuple[str, ...]:
    """Compile every template of ours now, so that no person waits for it and a broken one stops the start."""
    names = tuple(sorted(pages.list_templates(extensions=["html"])))
    for name in names:
        # Making the module runs the imports at the top, which compiles the macros too.
        template = pages.get_template(name)
        if name.startswith("components/"):
            _ = template.module
    return names


def render(pages: Pages, *, template: str, context: Mapping[str, object]) -> str:
    """Fill a template. Raises jinja2.UndefinedError for any name the context does not have."""
    return pages.get_template(template).render(context)


def as_context(value: msgspec.Struct) -> dict[str, object]:
    """Turn a presenter into a context, one level deep."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def _as_it_is(text: str, *_: object, **__: object) -> str:
    return text


_SHARED: Final[dict[str, Any]] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "auto_reload": False}
