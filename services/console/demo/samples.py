"""The sample opinions of the demonstration, and how each is handled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import yaml

from services.console.settings import HOME

SAMPLES = HOME / "deploy" / "samples" / "opinions.yml"


@dataclass(frozen=True, slots=True)
class Promised:
    """What a reply promises, and for when."""

    what: str
    days: int


@dataclass(frozen=True, slots=True)
class SampleHandling:
    """What the department and the submitter do; without a `rating` the submitter does not evaluate."""

    reply: str
    outcome: str
    progress: str | None = None
    promise: Promised | None = None
    late: bool = False
    rating: str | None = None
    process: str | None = None
    comment: str | None = None
    again: str | None = None
    rating_again: str | None = None


@dataclass
class DemoCase:
    """A sample: what is submitted, and what the system has answered so far."""

    number: int
    form: dict[str, object]
    handling: SampleHandling
    opinion: str = ""
    receipt: str = ""
    state: str = ""
    ratings: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The sample's title."""
        return str(self.form["title"])

    @property
    def is_public(self) -> bool:
        """Whether it is submitted without a token, as from the form or with a station's code; other channels need one."""
        return not {"channel", "deputy", "relay", "external_id"} & set(self.form)

    @property
    def final_state(self) -> str:
        """The state in which this case ends."""
        return "concluded" if self.handling.rating else "replied"

    @property
    def next_rating(self) -> str | None:
        """How the submitter rates the current reply; None for not at all."""
        wanted = [self.handling.rating, self.handling.rating_again]
        return wanted[len(self.ratings)] if len(self.ratings) < len(wanted) else None

    @property
    def done(self) -> bool:
        """Whether the case has reached its final state."""
        return self.state == self.final_state


def load_samples(path: Path = SAMPLES) -> list[DemoCase]:
    """The samples in the order of the file, numbered from 1."""
    rows = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), list[dict[str, object]])
    handlings = [msgspec.convert(row.pop("handling"), SampleHandling) for row in rows]
    return [DemoCase(number, form, handling) for number, (form, handling) in enumerate(zip(rows, handlings, strict=True), 1)]
