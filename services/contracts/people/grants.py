"""What a caller's token lets it say about an opinion that it sends: the channels, and as which sender.

A channel changes how an opinion is reviewed and counted, a named deputy and a relay chain who stands behind it, and an external
id is a place in somebody's numbering. So each needs a token that grants it; without one an opinion comes by `web`, or by `qr`
with the code of a station.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from services.contracts.catalogue.model import CHANNELS

#: What a body names beside its channel that needs a grant; `deputy` is both a channel and a name in the body.
RELAY: Final = "relay"
GRANTABLE: Final = (*CHANNELS, RELAY)
#: The sender of what came before senders were written down; the office's tokens continue its numbering.
EARLIER: Final = ""
SOURCE: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Grant:
    """The channels and claims that are granted, and the sender whose numbering external ids are in; None: no external ids.

    Who acts for a `deputy` or a `station` says so with each opinion, and names no other.
    """

    channels: frozenset[str]
    source: str | None = None
    is_office: bool = False
    deputy: str | None = None
    station: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Whose external ids this caller may meet again."""
        own = () if self.source is None else (self.source,)
        return (*own, EARLIER) if self.is_office else own


PUBLIC: Final = Grant(frozenset({"web"}))


def _office(role: str) -> Grant:
    return Grant(frozenset(GRANTABLE), role, is_office=True)


def _own(*channels: str) -> Grant:
    return Grant(PUBLIC.channels | set(channels))


#: What a token of each role grants unless it was made with `--channel` or `--source`.
BY_ROLE: Final[Mapping[str, Grant]] = {
    "reviewer": _office("reviewer"),
    "supervisor": _office("supervisor"),
    "admin": _office("admin"),
    "department": PUBLIC,
    "head": PUBLIC,
    "deputy": _own("deputy", "meeting"),
    "station": _own("station", "mobile_station", "qr", "meeting", "campaign"),
    "informant": _own("station"),
    "scraper": PUBLIC,
}


def grant_of(role: str | None, channels: Collection[str] | None = None, source: str | None = None) -> Grant:
    """What a caller is granted: what its token names, else what its role has; `PUBLIC` without a role."""
    usual = BY_ROLE[role] if role else PUBLIC
    named = usual.channels if channels is None else frozenset(channels) | PUBLIC.channels
    return Grant(named, source or usual.source, usual.is_office)
