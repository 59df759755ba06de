"""The knobs of the metrics service."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings, env, whole_number
from services.runtime.store.vault import keys


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """What the metrics service can be told, beyond what every service can."""

    most_groups: int = env("{SERVICE}_MOST_GROUPS", whole_number, 2000, doc="most groups in one answer of the statistics")
    inbox_days: int = env("{SERVICE}_INBOX_DAYS", whole_number, 30, doc="days for which heard messages are remembered")
    shared_seconds: int = env(
        "{SERVICE}_SHARED_SECONDS",
        whole_number,
        1,
        doc="seconds for which an answer of the statistics as of now is shared; 0: not at all",
    )
    ledger_key: tuple[str, ...] = env("LEDGER_KEY", keys, (), doc="keys that sign the ledger, the newest first", secret=True)
