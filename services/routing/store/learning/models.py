"""The models of an installation, and what they are trained on and judged by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.routing.domain.learning.gate import Report
from services.routing.domain.learning.ruled import RuledCase, RuledText
from services.routing.store.tables import assignments, rulings, tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among, fetch, first

Standing = Literal["training", "in_use", "retired", "rejected", "broken"]
#: One row for each training. `body` is kept of the one in use alone, so that what was erased is nowhere once it is replaced;
#: `ruled` is the last ruling that it was trained on.
models = sa.Table(
    "models",
    tables,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("standing", sa.String(12), nullable=False),
    sa.Column("report", sa.JSON(none_as_null=True)),
    sa.Column("ruled", sa.String(36)),
    sa.Column("body", sa.LargeBinary),
)
#: Where an assignment is with whom it belongs: signed for, or answered, or not objected to in time.
_SETTLED = assignments.c.signed.is_not(None) | (assignments.c.object_by < sa.bindparam("now", type_=Instant))
_STANDS = assignments.c.state.in_([state for state in State if state.is_with_department or state.is_answered])
#: What the decisions of a version became: one that was taken from its department was wrong.
_SEEN = (
    sa.select(
        assignments.c.model,
        sa.func.count().label("decided"),
        sa.func.sum(sa.case((assignments.c.state == State.REASSIGNED, 1), else_=0)).label("wrong"),
    )
    .where(assignments.c.model.is_not(None), assignments.c.model >= sa.bindparam("since"))
    .group_by(assignments.c.model)
)

#: Rulings on objections of leads, and what persons have decided of cases that the model was not sure of.
_ABOUT_DUTY = rulings.c.about.in_(("objection", "review"))
_RULED = sa.select(
    rulings.c.id, rulings.c.at, rulings.c.department, rulings.c.target, rulings.c.granted, rulings.c.reason,
    assignments.c.title, assignments.c.content,
).join(assignments, assignments.c.id == rulings.c.assignment)  # fmt: skip


class ModelRow(NamedTuple):
    """A training and what came of it."""

    version: int
    at: datetime
    standing: Standing
    report: dict[str, Any] | None


class StoredModel(NamedTuple):
    """The model in use as it is stored."""

    version: int
    ruled: str | None
    body: bytes | None


class DecidedRow(NamedTuple):
    """A decided case: its text and the department that has it."""

    title: str
    content: str
    department: str


class SeenOf(NamedTuple):
    """How many cases a version has decided, and how many of them were taken from their department since."""

    decided: int
    wrong: int


_IN_USE = sa.select(models.c.version).where(models.c.standing == "in_use")


def version_in_use(connection: Connection) -> int:
    """The number of the model in use; 0 where there is none."""
    found = first(connection, _IN_USE)
    return int(found.version) if found else 0


def model_in_use(connection: Connection) -> StoredModel | None:
    """The model in use."""
    query = sa.select(models.c.version, models.c.ruled, models.c.body).where(models.c.standing == "in_use")
    row = connection.execute(query).first()
    return None if row is None else StoredModel(*row)


def report_in_use(connection: Connection) -> Report | None:
    """What the model in use had reached when it was trained."""
    found = connection.execute(sa.select(models.c.report).where(models.c.standing == "in_use")).scalar()
    return None if found is None else msgspec.convert(found, Report)


def knows_erased(connection: Connection) -> bool:
    """Whether a text was erased that the model in use was trained on."""
    trained = sa.select(models.c.at).where(models.c.standing == "in_use").scalar_subquery()
    query = sa.select(assignments.c.id).where(assignments.c.erased, assignments.c.updated >= trained).limit(1)
    return connection.execute(query).first() is not None


def trainings(connection: Connection, limit: int = 60) -> list[ModelRow]:
    """The latest trainings, newest first, and the one whose model decides or cannot be read, however long ago that was."""
    columns, latest = (models.c[name] for name in ModelRow._fields), sa.select(models.c.version).order_by(models.c.version.desc())
    which = models.c.standing.in_(("in_use", "broken")) | models.c.version.in_(latest.limit(limit))
    return list(map(ModelRow._make, connection.execute(sa.select(*columns).where(which).order_by(models.c.version.desc()))))


def decided_cases(connection: Connection, now: datetime, limit: int) -> list[DecidedRow]:
    """Cases that are where they belong, newest first; nothing of those whose text was erased."""
    query = (
        sa.select(assignments.c.title, assignments.c.content, assignments.c.department)
        .where(assignments.c.role == "lead", _STANDS, assignments.c.state != State.OBJECTED, _SETTLED, ~assignments.c.erased)
        .order_by(assignments.c.created.desc())
        .limit(limit)
    )
    return list(map(DecidedRow._make, connection.execute(query, {"now": now})))


def first_created(connection: Connection) -> datetime | None:
    """When the first case was assigned."""
    query = sa.select(assignments.c.created).order_by(assignments.c.created).limit(1)
    return connection.execute(query).scalar()


def last_ruling(connection: Connection) -> str | None:
    """The id of the newest ruling."""
    return connection.execute(sa.select(sa.func.max(rulings.c.id))).scalar()


def seen_since(connection: Connection, version: int) -> dict[int, SeenOf]:
    """What the decisions of a version and of later ones became."""
    return {row.model: SeenOf(row.decided, int(row.wrong)) for row in connection.execute(_SEEN, {"since": version})}


def claim(work: Transaction) -> int:
    """Begin a training; returns its version. Fails the commit when another process begins one at the same time."""
    last = work.execute(sa.select(sa.func.max(models.c.version))).scalar() or 0
    # One that was killed cannot say so itself; one that still runs will.
    work.execute(models.update().where(models.c.standing == "training").values(standing="rejected"))
    work.execute(models.insert().values(version=last + 1, at=work.now, standing="training"))
    return int(last) + 1


def settle(work: Transaction, version: int, standing: Standing, report: dict[str, Any] | None) -> None:
    """Say what came of a training that brought no model into use."""
    work.execute(models.update().where(models.c.version == version).values(standing=standing, report=report))


def adopt(work: Transaction, version: int, body: bytes, ruled: str | None, report: dict[str, Any]) -> None:
    """Bring a model into use. Of the one before, only its report is kept."""
    before = models.c.standing.in_(("in_use", "broken"))
    work.execute(models.update().where(before).values(standing="retired", body=None))
    these = models.c.version == version
    work.execute(models.update().where(these).values(standing="in_use", body=body, ruled=ruled, report=report))


def put_aside(work: Transaction, version: int) -> None:
    """A model that cannot be read decides nothing any more; what is left of it is kept to be looked into."""
    work.execute(models.update().where(models.c.version == version).values(standing="broken"))


def is_broken(trainings: Sequence[ModelRow]) -> bool:
    """Whether the rules decide alone because the model could not be read."""
    standings = {each.standing for each in trainings}
    return "broken" in standings and "in_use" not in standings


def rules_alone(work: Transaction) -> None:
    """Take the model in use out of it."""
    work.execute(models.update().where(models.c.standing == "in_use").values(standing="retired", body=None))


_NEWEST = sa.select(rulings.c.id).where(_ABOUT_DUTY).order_by(rulings.c.id.desc()).limit(sa.bindparam("most", type_=sa.Integer))


def recent_rulings(connection: Connection, limit: int) -> list[str]:
    """The ids of the newest rulings on whose duty a case is."""
    return [row.id for row in fetch(connection, _NEWEST, {"most": limit})]


def ruled_texts(connection: Connection, ids: Sequence[str]) -> list[RuledText]:
    """These rulings with the texts of their cases, oldest first; nothing of those whose text was erased."""
    query = _RULED.where(among(rulings.c.id, "named"), ~assignments.c.erased).order_by(rulings.c.id)
    return [RuledText(RuledCase(*row[:-2]), *row[-2:]) for row in connection.execute(query, {"named": list(ids)})]
