"""What one opinion adds to the figures of the groups that it is in, and by how much a batch of messages changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TypeAlias

import orjson

from services.metrics.domain.counts import COLUMNS, DIMENSIONS, Kept
from services.metrics.domain.history.derivation import Derived
from services.metrics.domain.history.moves import Done
from services.metrics.domain.history.profile import Profile
from services.metrics.domain.sums.figures import Figures, RowFigures

#: A value for each dimension, in their order.
Described: TypeAlias = tuple[str | None, ...]
#: Rows count for their own department; the other dimensions are those of their case.
ByDepartment: TypeAlias = dict[str | None, Figures]
DEPARTMENT, *_OF_CASES = DIMENSIONS
_describe = attrgetter(*(COLUMNS[name] for name in _OF_CASES))
_UNKNOWN: Described = (None,) * len(_OF_CASES)
_KINDS: tuple[tuple[Kept, str], ...] = (
    ("round", "rounds"), ("deadline", "periods"), ("mark", "marks"), ("rating", "ratings"), ("promise", "promises"),
    ("duty", "duties"),
)  # fmt: skip
_CASE, _REMINDER, _MOVE = RowFigures("case"), RowFigures("reminder"), RowFigures("move")
_DERIVED = tuple((RowFigures(kind), attrgetter(name)) for kind, name in _KINDS)


@dataclass(slots=True)
class Contribution:
    """What an opinion adds: what follows from its facts, and what was `done` about it, which is only ever added to."""

    described: Described = _UNKNOWN
    derived: ByDepartment = field(default_factory=dict)
    done: ByDepartment = field(default_factory=dict)

    def text(self) -> bytes:
        """As it is kept."""
        return orjson.dumps((self.described, list(self.derived.items()), list(self.done.items())))

    @classmethod
    def read(cls, text: bytes) -> Contribution:
        """What `text` wrote."""
        described, derived, done = orjson.loads(text)
        return cls(tuple(described), dict(derived), dict(done))


def derived_figures(derived: Derived) -> ByDepartment:
    """What the rows of an opinion add."""
    profile = derived.profile
    figures: ByDepartment = {}
    _CASE.add(profile, figures.setdefault(profile.department, {}))
    for row_figures, rows in _DERIVED:
        for row in rows(derived):
            row_figures.add(row, figures.setdefault(row.department, {}))
    return {department: own for department, own in figures.items() if own}


def described(profile: Profile) -> Described:
    """The dimensions of a case, other than the department."""
    values: Described = _describe(profile)
    return values


@dataclass(slots=True)
class Increments:
    """By how much figures change at an instant, by all dimensions; `latest` is when the latest of their opinions was submitted."""

    at: datetime
    groups: dict[Described, Figures] = field(default_factory=dict)
    latest: datetime | None = None

    def add(self, before: Contribution, derived: Derived | None, done: Done | None = None) -> Contribution:
        """Take in what an opinion came to, which `derived` says where its facts changed, and what was done about it since.

        Returns what it adds from now on.
        """
        after = Contribution(before.described, before.derived, before.done)
        if done is not None:
            after.done = {each: dict(own) for each, own in before.done.items()}
            for rung in done.rungs:
                _REMINDER.add(rung, after.done.setdefault(rung.department, {}))
            for move in done.moves:
                _MOVE.add(move, after.done.setdefault(move.department, {}))
        if derived is not None:
            after.described, after.derived = described(derived.profile), derived_figures(derived)
            submitted = derived.profile.submitted_at
            if submitted is not None and (self.latest is None or submitted > self.latest):
                self.latest = submitted
        moved = after.described != before.described
        for earlier, later in ((before.derived, after.derived), (before.done, after.done)):
            if moved:
                self._change(before.described, earlier, -1)
                self._change(after.described, later, 1)
            elif later is not earlier:
                self._change_in_place(after.described, earlier, later)
        return after

    def _change_in_place(self, described: Described, earlier: ByDepartment, later: ByDepartment) -> None:
        for department in earlier.keys() | later.keys():
            before, after = earlier.get(department, {}), later.get(department, {})
            # As pairs, so that what stayed as it was is left out at once.
            gone, come = before.items() - after.items(), after.items() - before.items()
            if gone or come:
                group = self.groups.setdefault((department, *described), {})
                for figure, number in gone:
                    group[figure] = group.get(figure, 0) - number
                for figure, number in come:
                    group[figure] = group.get(figure, 0) + number

    def _change(self, described: Described, by_department: ByDepartment, sign: int) -> None:
        for department, figures in by_department.items():
            group = self.groups.setdefault((department, *described), {})
            for figure, number in figures.items():
                group[figure] = group.get(figure, 0) + sign * number

    def changes(self) -> list[tuple[Described, Figures]]:
        """The groups with the figures that changed."""
        changed = ((key, {figure: number for figure, number in own.items() if number}) for key, own in self.groups.items())
        return [(key, figures) for key, figures in changed if figures]
