"""People of the institution at a running system, each with a token of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from services.console.embedded.installation import Installation as Folder
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.web.access import tokens as access
from tests.system.installation import Installation
from tests.system.place import API, Place

TEXT = {"title": "路灯不亮", "content": "巷口的路灯坏了两周。", "topic": "street-lights", "channel": "station"}


@dataclass
class People:
    """Sends commands as people of the institution; each gets a token when they first act."""

    place: Place
    tokens: Database
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def act(self, role: str, party: str, path: str, body: Mapping[str, Any] | None = None, status: int = 200) -> Any:
        """A command of a deputy, or of somebody at a station."""
        if (role, party) not in self.known:
            self.known[role, party] = access.create(self.tokens, role, party)[1]
        return self.place.post(path, body or {}, status, self.known[role, party])

    def keep(self, path: str, body: Mapping[str, Any]) -> None:
        """An entry of a register, as the office."""
        answer = self.place.ask("PUT", API + path, self.place.admin_token, json=body)
        assert answer.status_code == 200, answer.text


@contextmanager
def people_at(system: Installation) -> Iterator[People]:
    """The people at a system that runs."""
    with closing(Database(Folder(system.var).database_url("access"), "access", SystemClock())) as tokens:
        yield People(system.place(), tokens)
