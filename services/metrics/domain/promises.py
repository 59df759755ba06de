"""承诺: what was promised, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.metrics.domain.story import Fact, Row

#: What happens to promises, at most once to each, with the count of it: every one is made; then it is kept by its date, or it is
#: broken and may be kept late. So those made are those kept, those broken, and those of which neither is known yet.
STATES: Mapping[str, str] = {
    "made": "promised", "kept": "promises_kept", "kept_late": "promises_kept_late", "broken": "promises_broken",
}  # fmt: skip
PROMISE_COLUMNS = ("id", "opinion", "department", "made_at", "due", "kept_at", "kept_in_time", "broken_at")


def promises_of(opinion: str, ordered: Sequence[Fact]) -> list[Row]:
    """One row for each promise that was made, from the facts of an opinion in order."""
    rows: dict[str, Row] = {}
    for fact in ordered:
        if fact.type == "promise.made":
            # Before promises had ids of their own, the message was the promise.
            name = fact.data.get("promise", fact.id)
            due = datetime.fromisoformat(fact.data["due"])
            made = {"id": name, "opinion": opinion, "department": fact.data["department"], "made_at": fact.recorded_at, "due": due}
            rows.setdefault(name, {**made, "kept_at": None, "kept_in_time": None, "broken_at": None})
    for fact in ordered:
        row = rows.get(fact.data.get("promise", ""))
        if row is None:
            continue
        if fact.type == "promise.kept" and row["kept_at"] is None:
            row["kept_at"], row["kept_in_time"] = fact.recorded_at, fact.data["on_time"]
        elif fact.type == "promise.broken":
            row["broken_at"] = row["broken_at"] or fact.recorded_at
    return list(rows.values())
