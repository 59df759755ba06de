"""Whether a form keeps what was typed into it when it cannot be taken: after a session has ended, or while too many ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from services.runtime.web.pages.kept import KeptForm, kind_of
from services.runtime.web.routes import Route
from tests.integration.whole.county import ASSEMBLIES

#: The forms of a page that take more than a line: where they lead, and what their fields are called.
WRITTEN = """() => [...document.querySelectorAll('form[method=post]')].filter(form => form.querySelector('textarea')).map(form => [
  new URL(form.getAttribute('action') || '', location).pathname,
  [...new Set([...form.elements].filter(each => each.type !== 'file').map(each => each.name))]
    .filter(name => name && name !== 'csrf'),
])"""


def lost_by(path: str, names: Sequence[str]) -> list[str]:
    """The fields of a form that are not kept."""
    page = _route(path).page
    kept = (*page.labels, *page.hidden) if isinstance(page, KeptForm) else ()
    return [f"{path} {name}" for name in names if kind_of(name, kept) is None]


@cache
def _route(path: str) -> Route:
    """The one that serves a form; of two that fit, the one that says more of its path itself."""
    posts = [route for assembly in ASSEMBLIES.values() for route in assembly.routes if route.method == "POST"]
    fitting = [route for route in posts if re.fullmatch(re.sub("<[a-z_]+>", "[^/]+", route.path), path)]
    return min(fitting, key=lambda route: route.path.count("<"))
