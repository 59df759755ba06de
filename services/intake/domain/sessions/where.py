"""At which session something was said."""

from __future__ import annotations

from typing import NamedTuple


class AtSession(NamedTuple):
    """Where something was said: at which session, of which kind, on which theme."""

    session: str
    kind: str
    theme: str | None = None
