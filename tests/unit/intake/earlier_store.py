"""A store as it was before the whole case, with what a town had in it then."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.runtime.store.database import Database
from services.runtime.store.migrate import migrate
from tests.unit.intake.desk import MIGRATIONS

RECEIPTS = {"waits": "0000000000001A", "rated": "0000000000002B", "followed": "0000000000003C", "follower": "0000000000004D"}
_COLUMNS = "id, receipt, fingerprint, title, content, channel, visibility, state, submitted, round, said, heard, answered"
_OPINION = (
    f"INSERT INTO opinions ({_COLUMNS}, department, assignment, merged_into, evaluate_by, reply, outcome) VALUES "
    "(:id, :receipt, 'f', 't', 'c', 'web', 'department', :state, 1000000, :round, 2, 4, :answered, :department, :assignment, "
    ":merged_into, :evaluate_by, :reply, :outcome)"
)
_RATING = (
    "INSERT INTO evaluations (opinion, round, process, result, comment, at) VALUES (:opinion, :round, NULL, :result, :comment, 5)"
)
_LINE = "INSERT INTO timeline (opinion, at, what, by, facts) VALUES (:opinion, 1, :what, 'submitter', '{}')"
FAR = 4_000_000_000_000_000  # microseconds since 1970, in the year 2096


def fill(database: Database, folder: Path) -> None:
    """Bring the store to the revision before, put opinions, ratings and lines into it, and bring it to the newest."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("000[3-9]*", "__pycache__"))
    migrate(database, folder, "intake")
    with database.transaction() as work:
        for row in _opinions():
            work.execute(sa.text(_OPINION), row)
        for row in (
            {"opinion": "rated", "round": 1, "result": "dissatisfied", "comment": "不行。"},
            {"opinion": "rated", "round": 2, "result": "satisfied", "comment": None},
            {"opinion": "follower", "round": 1, "result": "satisfied", "comment": None},
        ):
            work.execute(sa.text(_RATING), row)
        for opinion, what in (("rated", "opinion.submitted"), ("rated", "opinion.evaluated"), ("follower", "opinion.evaluated")):
            work.execute(sa.text(_LINE), {"opinion": opinion, "what": what})
    migrate(database, MIGRATIONS, "intake")


def _opinions() -> list[Mapping[str, Any]]:
    nothing = dict.fromkeys(("department", "assignment", "merged_into", "evaluate_by", "reply", "outcome"))
    answer = {"department": "water", "assignment": "a-1", "evaluate_by": FAR, "reply": "修好了。", "outcome": "solved"}
    plain = {"round": 1, "answered": 0, **nothing}
    rows = (
        {**plain, "id": "waits", "state": "submitted"},
        {**plain, **answer, "id": "rated", "state": "replied", "round": 2, "answered": 4},
        {**plain, **answer, "id": "followed", "state": "replied", "answered": 3},
        {**plain, "id": "follower", "state": "merged", "merged_into": "followed"},
    )  # fmt: skip
    return [{**row, "receipt": RECEIPTS[str(row["id"])]} for row in rows]
