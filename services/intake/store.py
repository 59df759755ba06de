"""Tables and queries of intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.messages import Message
from services.runtime.database import Instant, Transaction, rows_of

tables = sa.MetaData()
opinions = sa.Table(
    "opinions",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), nullable=False, unique=True),
    sa.Column("external_id", sa.String(200), unique=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("deputy", sa.String(120)),
    sa.Column("location", sa.JSON),
    sa.Column("submitter", sa.JSON),
    sa.Column("relay", sa.JSON),
    sa.Column("visibility", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("submitted", Instant, nullable=False),
    sa.Column("told", sa.String(40)),
    sa.Column("merged_into", sa.String(36)),
    sa.Column("department", sa.String(40)),
    sa.Column("assignment", sa.String(36)),
    sa.Column("outcome", sa.String(12)),
    sa.Column("reply", sa.Text),
    sa.Column("evaluate_by", Instant),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("said", sa.Integer, nullable=False),
    sa.Column("heard", sa.Integer, nullable=False),
    sa.Column("answered", sa.Integer, nullable=False, server_default="0"),
    sa.Index("opinions_state", "state", "id"),
    sa.Index("opinions_department", "department", "id"),
    sa.Index("opinions_merged_into", "merged_into"),
)
timeline = sa.Table(
    "timeline",
    tables,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("by", sa.String(60), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
)
evaluations = sa.Table(
    "evaluations",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("process", sa.String(20)),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", Instant, nullable=False),
)
#: Routing's sequence number of the message, as a parameter.
_SEQUENCE: sa.BindParameter[int] = sa.bindparam("sequence", type_=sa.Integer)
#: What routing's messages change only forwards, and when that is; everything else they say stays true for ever.
_NEWER: Mapping[str, sa.ColumnElement[bool]] = {
    "state": (opinions.c.heard < _SEQUENCE) & (opinions.c.state != State.WITHDRAWN) & (opinions.c.state != State.MERGED),
    "department": (opinions.c.heard < _SEQUENCE) | opinions.c.department.is_(None),
    "assignment": (opinions.c.heard < _SEQUENCE) | opinions.c.assignment.is_(None),
    "heard": opinions.c.heard < _SEQUENCE,
    "reply": opinions.c.answered < _SEQUENCE,
    "outcome": opinions.c.answered < _SEQUENCE,
    "evaluate_by": opinions.c.answered < _SEQUENCE,
    "answered": opinions.c.answered < _SEQUENCE,
    "round": opinions.c.round < sa.bindparam("new_round"),
}
#: One compiled statement for each set of columns that routing's messages change.
_FOLLOW: dict[tuple[str, ...], sa.Update] = {}


class IntakeStore:
    """Intake's side of one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.now = work.now

    def say(self, message: Message, opinion: str, sequence: int) -> None:
        """Put a message about an opinion into the outbox."""
        self._work.say(message, subject=opinion, sequence=sequence)

    def add_opinion(self, row: dict[str, Any]) -> None:
        """Store a new opinion."""
        self._work.add(opinions, row)

    def tell(self, opinion: str, at: datetime, what: str, by: str, **facts: Any) -> None:
        """Add a line to the timeline of an opinion."""
        self._work.add(timeline, {"opinion": opinion, "at": at, "what": what, "by": by, "facts": facts})

    def with_external_ids(self, external_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """The known opinions among these external ids: id, receipt, state and fingerprint of each."""
        columns = (opinions.c.external_id, opinions.c.id, opinions.c.receipt, opinions.c.state, opinions.c.fingerprint)
        query = sa.select(*columns).where(opinions.c.external_id.in_(external_ids))
        return {row["external_id"]: row for row in rows_of(self._work.execute(query))}

    def opinion(self, opinion_id: str) -> Mapping[str, Any] | None:
        """One opinion by id, locked until the commit."""
        return self._one(opinions.c.id == opinion_id)

    def by_receipt(self, receipt: str) -> Mapping[str, Any] | None:
        """One opinion by receipt, locked until the commit."""
        return self._one(opinions.c.receipt == receipt)

    def change(self, opinion_id: str, **values: Any) -> None:
        """Set columns of an opinion."""
        self._work.execute(opinions.update().where(opinions.c.id == opinion_id).values(**values))

    def follow(self, opinion_id: str, sequence: int, state: State | None, **values: Any) -> None:
        """Take over what routing says; `state` None leaves it. Heard in whatever order, what it said last stands in the end."""
        values |= (
            {"heard": sequence} | ({"state": str(state)} if state else {}) | ({"answered": sequence} if "reply" in values else {})
        )
        names = tuple(sorted(values))
        if names not in _FOLLOW:
            fields = {name: _forwards(name) for name in names}
            _FOLLOW[names] = opinions.update().where(opinions.c.id == sa.bindparam("which")).values(**fields)
        new = {f"new_{name}": value for name, value in values.items()}
        self._work.defer(_FOLLOW[names], {"which": opinion_id, "sequence": sequence, **new})

    def move_followers(self, opinion_id: str, into: str) -> None:
        """Whoever was merged into an opinion is merged into another one from now on."""
        self._work.execute(opinions.update().where(opinions.c.merged_into == opinion_id).values(merged_into=into))

    def is_followed(self, opinion_id: str) -> bool:
        """Whether others were merged into an opinion."""
        return self._work.execute(_followers(opinion_id)).first() is not None

    def evaluated(self, opinion_id: str, round_: int) -> bool:
        """Whether this round's reply has been rated."""
        query = sa.select(evaluations.c.opinion).where(evaluations.c.opinion == opinion_id, evaluations.c.round == round_)
        return self._work.execute(query).first() is not None

    def add_evaluation(self, row: dict[str, Any]) -> None:
        """Store a rating."""
        self._work.add(evaluations, row)

    def _one(self, condition: Any) -> Mapping[str, Any] | None:
        return next(iter(rows_of(self._work.execute(sa.select(opinions).where(condition).with_for_update()))), None)


def _followers(opinion_id: str) -> sa.Select[tuple[str]]:
    return sa.select(opinions.c.id).where(opinions.c.merged_into == opinion_id).limit(1)


def _forwards(name: str) -> sa.ColumnElement[Any]:
    new = sa.bindparam(f"new_{name}", type_=opinions.c[name].type)
    return sa.case((_NEWER[name], new), else_=opinions.c[name]) if name in _NEWER else new


def find_by_receipt(connection: Connection, receipt: str) -> Mapping[str, Any] | None:
    """One opinion for the holder of its receipt."""
    return next(iter(rows_of(connection.execute(sa.select(opinions).where(opinions.c.receipt == receipt)))), None)


def find(connection: Connection, opinion_id: str) -> Mapping[str, Any] | None:
    """One opinion by id."""
    return next(iter(rows_of(connection.execute(sa.select(opinions).where(opinions.c.id == opinion_id)))), None)


def is_followed(connection: Connection, opinion_id: str) -> bool:
    """Whether others were merged into an opinion."""
    return connection.execute(_followers(opinion_id)).first() is not None


def timeline_of(connection: Connection, opinion_id: str) -> list[Mapping[str, Any]]:
    """Everything that happened to an opinion, oldest first."""
    query = sa.select(timeline).where(timeline.c.opinion == opinion_id).order_by(timeline.c.at, timeline.c.id)
    return rows_of(connection.execute(query))


def evaluations_of(connection: Connection, opinion_id: str) -> list[Mapping[str, Any]]:
    """The ratings of an opinion, one a round."""
    query = sa.select(evaluations).where(evaluations.c.opinion == opinion_id).order_by(evaluations.c.round)
    return rows_of(connection.execute(query))


def listing(connection: Connection, wanted: Mapping[str, Any], after: str | None, limit: int) -> list[Mapping[str, Any]]:
    """Opinions newest first, one more than `limit`; `wanted` maps columns to the value they must have."""
    query = sa.select(opinions).order_by(opinions.c.id.desc()).limit(limit + 1)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(opinions.c[name] == value)
    if after is not None:
        query = query.where(opinions.c.id < after)
    return rows_of(connection.execute(query))


def state_of(row: Mapping[str, Any]) -> State:
    """The state of a stored opinion."""
    return State(row["state"])
