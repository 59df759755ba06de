"""The settings of routing."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """The settings of routing: only those that every process has."""
