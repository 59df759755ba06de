"""The printed codes and the batches that they were made in. What a code is for stands with its batch."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.errors import Conflict, Invalid, NotFound, Unavailable
from services.contracts.messages.codes import CodeIssued, CodeReplaced
from services.intake.domain.constituency.campaign import UNKNOWN_CAMPAIGN
from services.intake.domain.constituency.codes import (
    IN_USE,
    UNKNOWN,
    CodeBatch,
    CodeKind,
    CodeOrder,
    CodeState,
    Placement,
    PrintedCode,
    new_code,
)
from services.intake.domain.sessions.session import UNKNOWN_SESSION
from services.intake.store.columns import EnumCode, StoredRow
from services.intake.store.constituency.campaigns import named_campaigns
from services.intake.store.constituency.linking import known_deputies
from services.intake.store.sessions.sessions import unheard
from services.intake.store.sessions.tables import heard_sessions
from services.intake.store.tables import tables
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among, fetch

#: `requested` is a digest of who asked for it with which key, `request` one of what was asked.
code_batches = sa.Table(
    "code_batches",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", EnumCode(CodeKind, 12), nullable=False),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("deputy", sa.String(60)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("label", sa.String(60)),
    sa.Column("session", sa.String(36)),
    sa.Column("many", sa.Integer, nullable=False),
    sa.Column("made", Instant, nullable=False),
    sa.Column("requested", sa.String(64), unique=True),
    sa.Column("request", sa.String(64)),
    sa.Index("code_batches_station", "station", "id"),
)
#: Numbers up to the batch's `many` are those that it was made with; successors have the next ones.
codes = sa.Table(
    "codes",
    tables,
    sa.Column("code", sa.String(10), primary_key=True),
    sa.Column("batch", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", EnumCode(CodeState, 12), nullable=False),
    sa.Column("successor", sa.String(10)),
    sa.Column("changed", Instant, nullable=False),
    sa.Index("codes_batch", "batch", "number", unique=True),
    sqlite_with_rowid=False,
)
_PLACEMENT = tuple(field.name for field in fields(Placement))
_PLACED = tuple(code_batches.c[name] for name in _PLACEMENT)
_BATCHES = sa.select(code_batches.c.id, code_batches.c.many, code_batches.c.made, *_PLACED)
_OWN = (codes.c.code, codes.c.batch, codes.c.number, codes.c.state, codes.c.successor, codes.c.changed)
_CODES = sa.select(*_OWN, *_PLACED).join(code_batches, code_batches.c.id == codes.c.batch)
_NAMED = _CODES.where(among(codes.c.code, "named"))
_AFTER = (
    sa.select(codes.c.number, codes.c.code)
    .where(codes.c.batch == sa.bindparam("which"), codes.c.number > sa.bindparam("after"))
    .order_by(codes.c.number)
    .limit(sa.bindparam("most"))
)
_LAST = sa.select(sa.func.max(codes.c.number)).where(codes.c.batch == sa.bindparam("which"))
#: A chain of replacements longer than this is nobody's.
_LONGEST_CHAIN = 50


class CodeStore:
    """The codes within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.now = work.now

    def open(self, order: CodeOrder, requested: str | None, request: str) -> CodeBatch:
        """A new batch, or the one that was begun with the same key.

        Raises `Conflict` where that asked for something else, `Invalid` for a campaign or a deputy that there is not.
        """
        if requested is not None:
            known = self._work.execute(
                _BATCHES.add_columns(code_batches.c.request).where(code_batches.c.requested == requested)
            ).one_or_none()
            if known is not None:
                if known.request != request:
                    raise Conflict("This Idempotency-Key was used for another request. Use a new one.")
                return _batch(known)
        self._check_campaign(order.placement.campaign)
        self._check_session(order.placement)
        placement = self._linked(order.placement)
        batch = CodeBatch(new_id(), placement, order.many, self.now)
        row = {"id": batch.id, **asdict(placement), "many": batch.many, "made": batch.made}
        self._work.add(code_batches, {**row, "requested": requested, "request": request})
        return batch

    def _check_campaign(self, campaign: str | None) -> None:
        if campaign is not None and not named_campaigns(self._work.connection, [campaign]):
            raise Invalid("Name a campaign of the list, or leave it out.", {"campaign": [UNKNOWN_CAMPAIGN]})

    def _check_session(self, placement: Placement) -> None:
        if placement.session is None:
            return
        station = self._work.execute(
            sa.select(heard_sessions.c.station).where(heard_sessions.c.id == placement.session)
        ).one_or_none()  # fmt: skip
        if station is None and isinstance(unknown := unheard(placement.session), Unavailable):
            raise unknown
        if station is None or (placement.station and station[0] != placement.station):
            raise Invalid("Name a session of the station, or leave it out.", {"session": [UNKNOWN_SESSION]})

    def _linked(self, placement: Placement) -> Placement:
        """With the code of its deputy, where a register is kept."""
        word = placement.deputy
        deputy = known_deputies(self._work, {word}).link(word) if word else None
        return replace(placement, deputy=deputy.code) if deputy else placement

    def make_more(self, batch: CodeBatch, most: int) -> None:
        """Make the next codes of a batch, up to a limit. The last one is published."""
        last = self._last(batch.id)
        until = min(batch.many, last + most)
        for number in range(last + 1, until + 1):
            self._add(new_code(secrets.randbits), batch.id, number)
        if last < batch.many == until:
            placement = batch.placement
            self._work.publish(
                CodeIssued(
                    batch.id, placement.kind, batch.many, placement.area, placement.station, placement.deputy, placement.campaign
                ),
                subject=batch.id,
                sequence=1,
            )

    def load(self, code: str) -> PrintedCode:
        """A code, locked until the commit; raises `NotFound`."""
        row = self._work.execute(_CODES.where(codes.c.code == code).with_for_update(of=codes)).one_or_none()
        if row is None:
            raise NotFound(UNKNOWN)
        return _code(row)

    def save(self, code: PrintedCode) -> None:
        """Store what became of a code."""
        new = {"state": code.state, "successor": code.successor, "changed": code.changed}
        self._work.execute(codes.update().where(codes.c.code == code.code).values(new))

    def replace(self, code: PrintedCode) -> PrintedCode:
        """Make the successor of a code, which is told without naming either."""
        last = self._last(code.batch)
        many = self._work.execute(sa.select(code_batches.c.many).where(code_batches.c.id == code.batch)).scalar_one()
        if last < many:
            raise Conflict("The codes of this batch are still being made.")
        successor = code.replace(new_code(secrets.randbits), last + 1, self.now)
        self._add(successor.code, code.batch, successor.number)
        self.save(code)
        placement = code.placement
        self._work.publish(
            CodeReplaced(code.batch, placement.kind, placement.area, placement.station, placement.deputy, placement.campaign),
            subject=code.batch,
            sequence=last + 2 - many,
        )
        return successor

    def _add(self, code: str, batch: str, number: int) -> None:
        row = {"code": code, "batch": batch, "number": number, "state": CodeState.ISSUED}
        self._work.add(codes, {**row, "successor": None, "changed": self.now})

    def _last(self, batch: str) -> int:
        return int(self._work.execute(_LAST, {"which": batch}).scalar() or 0)


def resolved(connection: Connection, named: Iterable[str]) -> Mapping[str, PrintedCode]:
    """The codes that there are among these, each as the last of its successors."""
    found = {each: each for each in named}
    known: dict[str, PrintedCode] = {}
    for _ in range(_LONGEST_CHAIN):
        missing = sorted({each for each in found.values() if each not in known})
        rows = fetch(connection, _NAMED, {"named": missing}) if missing else []
        if not rows:
            break
        known |= {row.code: _code(row) for row in rows}
        found = {name: known[each].successor or each if each in known else each for name, each in found.items()}
    return {name: known[each] for name, each in found.items() if each in known}


def find_code(connection: Connection, code: str) -> PrintedCode | None:
    """One code as it stands itself."""
    return next(map(_code, fetch(connection, _NAMED, {"named": [code]})), None)


def find_batch(connection: Connection, batch: str, station: str | None) -> CodeBatch:
    """A batch; with a station one of its own. Raises `NotFound`."""
    query = _BATCHES.where(code_batches.c.id == batch, *_of(station))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such batch of codes.")
    return _batch(row)


def batches(connection: Connection, after: str | None, limit: int, station: str | None) -> list[CodeBatch]:
    """A page of batches, the latest first, and one more where there are more; with a station its own."""
    query = _BATCHES.where(*_of(station)).order_by(code_batches.c.id.desc()).limit(limit + 1)
    return list(map(_batch, connection.execute(query.where(code_batches.c.id < after) if after else query)))


def standings(connection: Connection, batch_ids: Sequence[str]) -> Mapping[str, Mapping[CodeState, int]]:
    """How many codes of each batch are in each state."""
    query = sa.select(codes.c.batch, codes.c.state, sa.func.count()).where(codes.c.batch.in_(batch_ids))
    counted: dict[str, dict[CodeState, int]] = {each: dict.fromkeys(CodeState, 0) for each in batch_ids}
    for batch, state, many in connection.execute(query.group_by(codes.c.batch, codes.c.state)):
        counted[batch][state] = many
    return counted


def made_after(connection: Connection, batch: str, number: int, limit: int) -> list[tuple[int, str]]:
    """The codes of a batch behind a number, with their numbers."""
    return [(row.number, row.code) for row in fetch(connection, _AFTER, {"which": batch, "after": number, "most": limit})]


def codes_of(connection: Connection, batch: str, number: int, limit: int, *, in_use: bool = False) -> list[PrintedCode]:
    """The codes of a batch behind a number; of those that are up or can be put up, when asked for."""
    query = _CODES.where(codes.c.batch == batch, codes.c.number > number).order_by(codes.c.number).limit(limit)
    return list(map(_code, connection.execute(query.where(codes.c.state.in_(IN_USE)) if in_use else query)))


def _of(station: str | None) -> Sequence[sa.ColumnElement[bool]]:
    return () if station is None else (code_batches.c.station == station,)


def _placement(row: StoredRow) -> Placement:
    return Placement(CodeKind(row.kind), row.area, row.station, row.deputy, row.campaign, row.label, row.session)


def _batch(row: StoredRow) -> CodeBatch:
    return CodeBatch(row.id, _placement(row), row.many, row.made)


def _code(row: StoredRow) -> PrintedCode:
    state = CodeState(row.state)
    return PrintedCode(row.code, row.batch, row.number, state, row.successor, row.changed, _placement(row))
