"""Every knob of the routing service."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """What routing can be told from outside: nothing beyond what every process can."""
