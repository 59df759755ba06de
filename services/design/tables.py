"""Tables on narrow screens: each cell knows its heading, so that a row can be read from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

#: The beginning of a row or a cell. What people wrote is escaped, so that it never looks like one.
_OPENED: Final = re.compile(r"<(tr|t[hd])(?=[\s>])([^>]*)>")


def labelled(body: Markup, headings: Sequence[Markup | str]) -> Markup:
    """The rows of a table with the heading of its column in each cell; the first of a row is its title and has none."""
    labels = [escape(heading).striptags() for heading in headings]
    place = 0

    def opened(found: re.Match[str]) -> str:
        nonlocal place
        if found[1] == "tr":
            place = -1
            return found[0]
        place += 1
        if "colspan" in found[2] or not 0 < place < len(labels) or not labels[place]:
            return found[0]
        return Markup('<{}{} data-label="{}">').format(found[1], Markup(found[2]), labels[place])  # nosec B704

    return Markup(_OPENED.sub(opened, body))  # nosec B704
