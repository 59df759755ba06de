"""Every knob of the intake service."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings, env
from services.runtime.vault import keys


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """What intake can be told from outside, beside what every service can be told."""

    contact_keys: tuple[str, ...] = env("CONTACT_KEYS", keys, doc="keys of personal data, the newest first", secret=True)
