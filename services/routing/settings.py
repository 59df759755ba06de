"""The settings of routing."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import ProcessSettings, env, whole_number


def hour(text: str) -> int:
    """An hour from 0 to 23; raises ValueError for anything else."""
    number = whole_number(text)
    if number > 23:
        raise ValueError("an hour is from 0 to 23")
    return number


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """The settings of routing."""

    training_hour: int = env("ROUTING_TRAINING_HOUR", hour, 3, doc="when the model is trained each day, by the place's clock")
