"""The rows of what is counted. Its fields are called as the columns are, so that its own dictionary is its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from services.metrics.domain.history.derivation import Derived
from services.metrics.store.tables import cases, deadlines, duties, marks, promises, ratings, rounds

#: What a round repeats of its opinion, so that both can be grouped alike.
DESCRIBED = (
    "topic", "area", "channel", "station", "code_kind", "campaign", "deputy", "deputy_groups", "session", "session_kind",
    "theme", "level", "key_case", "leader", "month", "submitted_at",
)  # fmt: skip


def rows_of(derived: Derived) -> Iterator[tuple[sa.Table, dict[str, object]]]:
    """The rows of what follows from the facts of one opinion, each with its table."""
    about = vars(derived.profile)
    yield cases, dict(about)
    described = {name: about[name] for name in DESCRIBED}
    for each in derived.rounds:
        yield rounds, vars(each) | described
    kept: tuple[tuple[sa.Table, Iterable[object]], ...] = (
        (deadlines, derived.periods), (marks, derived.marks), (ratings, derived.ratings), (promises, derived.promises),
        (duties, derived.duties),
    )  # fmt: skip
    for table, counted in kept:
        for noun in counted:
            yield table, dict(vars(noun))
