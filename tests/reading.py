"""How tests read: a list from a store, past HTTP; any route, and the words of its answer, whatever kind of file it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from werkzeug.test import TestResponse

from services.runtime.clock import ZONE
from services.runtime.web.lists.listing import Reading, read_listing

ASKED = {"sort": None, "updated_since": None, "since": None, "until": None, "cursor": None}


def newest(made: str, wanted: Mapping[str, Any], limit: int = 100) -> Reading:
    """The newest items by the column `made`."""
    return read_listing({**ASKED, "limit": limit}, made, wanted, datetime(2026, 11, 23, tzinfo=ZONE))


def filled(path: str, names: Mapping[str, str]) -> str:
    """The address of a route with these names in it, and with something that there is not for each that is not among them."""
    return re.sub("<([^>]+)>", lambda found: names.get(found[1], "nothing"), path)


def words_in(answer: TestResponse) -> str:
    """What an answer says, also where it is a file with others in it."""
    if not answer.data.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.data)) as packed:
        return "".join(packed.read(name).decode(errors="ignore") for name in packed.namelist())
