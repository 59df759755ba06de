"""Messages of intake about the people through whom opinions come."""

from __future__ import annotations

from typing import ClassVar

from services.contracts.messages.values import Message


class DeputyChanged(Message, frozen=True):
    """The register of deputies has somebody new, or has changed of somebody; its subject is the code of the deputy.

    Deputies are known to the public by office; how to reach them stands in no message.
    """

    TYPE: ClassVar[str] = "deputy.changed"
    KEY: ClassVar[str | None] = None
    deputy: str
    name: str
    level: str
    term: str
    state: str
    areas: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
