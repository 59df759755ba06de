"""Every knob of notify."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings, env


def positive_number(text: str) -> float:
    """A number above zero, such as `0.5`; raises ValueError for anything else."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError("not above zero")
    return number


def addresses(text: str) -> tuple[str, ...]:
    """Apprise addresses separated by blanks."""
    return tuple(text.split())


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """What notify can be told from outside, beside what every service can be told."""

    letter_timeout: float = env("NOTIFY_LETTER_TIMEOUT", positive_number, 5.0, doc="longest wait for a channel, seconds")
    supervisor_channels: tuple[str, ...] = env(
        "NOTIFY_SUPERVISOR_CHANNELS", addresses, (), doc="Apprise addresses of the supervisors", secret=True
    )
    leader_channels: tuple[str, ...] = env(
        "NOTIFY_LEADER_CHANNELS", addresses, (), doc="Apprise addresses of the leaders in charge", secret=True
    )
    congress_channels: tuple[str, ...] = env(
        "NOTIFY_CONGRESS_CHANNELS", addresses, (), doc="Apprise addresses of the congress office", secret=True
    )
