"""The address of a receipt's page in a square code, for paper."""

from __future__ import annotations

from typing import NamedTuple

import segno
from markupsafe import Markup

from services.intake.app.context import Intake
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import origin

#: Any mask can be read; looking for the best of the eight takes ten times as long.
MASK = 4


class PaperAddress(NamedTuple):
    """Where a page is, to be typed and to be scanned."""

    address: str
    picture: Markup


def paper_address(call: Call[Intake], path: str) -> PaperAddress:
    """The address of a page of this site, as a text and as a picture."""
    address = origin(call.guard) + path
    code = segno.make(address, error="m", micro=False, mask=MASK)
    # The picture is made of numbers: nothing of the address is markup in it.
    return PaperAddress(address, Markup(code.svg_inline(scale=4, border=2)))  # nosec B704
