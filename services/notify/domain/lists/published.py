"""What a published list says of a row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.masking import mask, mask_numbers
from services.contracts.words.bilingual import Words
from services.notify.domain.lists.cases import SessionCase
from services.notify.domain.lists.frozen import FrozenList, ListScope
from services.notify.domain.lists.views import Row
from services.notify.domain.lists.wording import about, owner, standing

#: What the public reads of a row, by the names in it.
READ: Final[Mapping[str, Words]] = {
    "number": Words("序号", "No."), "about": Words("事项", "Matter"), "owner": Words("责任单位", "Who"),
    "what": Words("承诺事项", "What was promised"), "due": Words("时限", "Due"), "standing": Words("进展", "Standing"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListErasure:
    """What published lists may say of a question no longer: its number, and `texts` as they stand there."""

    scopes: tuple[str, ...]
    number: int
    texts: frozenset[str]
    instead: str

    @classmethod
    def of(cls, case: SessionCase, instead: str) -> ListErasure:
        """Of all that was written of a question; `instead` stands in its place."""
        scopes = (ListScope(case.session), ListScope(station=case.station, year=case.year), ListScope(year=case.year))
        texts = (case.summary, *(each.what for each in case.promises))
        return cls(
            tuple(dict.fromkeys(each.key for each in scopes)), case.number,
            frozenset(mask(text) for text in texts if text), instead,
        )  # fmt: skip

    def rows_without(self, frozen: FrozenList) -> list[dict[str, Any]] | None:
        """The rows of a published list without it; None where it does not stand there."""
        if frozen.is_withheld:
            return None
        rows: list[dict[str, Any]] = orjson.loads(frozen.document)["rows"]
        changed = [self._without(row) for row in rows]
        return None if changed == rows else changed

    def _without(self, row: dict[str, Any]) -> dict[str, Any]:
        # Numbers begin again at each session, and a list of a year does not say which.
        if row["number"] != self.number:
            return row
        return row | {name: self.instead for name in ("about", "what") if any(text in (row[name] or "") for text in self.texts)}


def as_public(row: Row) -> Row:
    """A row without the person who promised, and with what was written for others masked, as a promise is for those who asked.

    Heads of offices keep their names.
    """
    by = _masked(row.who, mask_numbers) if row.of == "entry" else None
    return replace(row, who=by, about=_masked(row.about, mask), what=_masked(row.what, mask), result=_masked(row.result, mask))


def _masked(text: str | None, how: Callable[[str], str]) -> str | None:
    return how(text) if text else None


def public_row(row: Row, catalogue: Catalogue) -> dict[str, object]:
    """A row as the public may read it: nothing that somebody told, no id and no person."""
    row = as_public(row)
    return {
        "of": row.of, "number": row.number, "about": about(row, catalogue).zh, "department": row.department,
        "owner": owner(row, catalogue).zh, "what": row.what, "state": row.state, "standing": standing(row).zh,
        "outcome": row.outcome, "due": row.due.isoformat() if row.due else None, "overdue": row.overdue, "on_time": row.on_time,
        "rating": row.rating, "round": row.round, "result": row.result,
    }  # fmt: skip
