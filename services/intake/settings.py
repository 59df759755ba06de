"""Every knob of the intake service."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """What intake can be told from outside: nothing beyond what every process can."""
