"""Personal data in bulk: sealing what is still in the clear, changing keys, finding old data, and erasing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionDetailed
from services.intake.domain.erasing import ERASED_CONTENT
from services.intake.store.answering import answer_photos
from services.intake.store.attachments import attachments
from services.intake.store.columns import StoredRow
from services.intake.store.marks import forget_marks, renew_marks
from services.intake.store.personal import OF_OPINION, OF_SIGNER, emptied, is_open, is_personal, seal
from services.intake.store.publication.supporters import Supporters, holding_persons, renew
from services.intake.store.sessions.tables import questions
from services.intake.store.tables import messages, opinions, ratings, signers, supporters, timeline
from services.runtime.store.database import Transaction
from services.runtime.store.journal import forget_subject
from services.runtime.store.vault import SealBroken, Vault

_CLOSED = tuple(state for state in State if state.is_closed)


@dataclass(slots=True)
class Resealed:
    """The result of a key change: texts sealed with the newest key, texts that already were, texts that no key opens."""

    renewed: int = 0
    current: int = 0
    broken: int = 0


def after(connection: Connection, last: str | None, limit: int) -> list[str]:
    """The next opinions in the order of their ids, from the first one when `last` is None."""
    return _following(connection, sa.select(opinions.c.id), opinions.c.id, last, limit)


def in_the_clear(connection: Connection, last: str | None, limit: int) -> list[str]:
    """The next opinions of which anything personal stands in the clear."""
    # Two questions instead of one with "or", so that each reads its own index of what is open.
    found = {each for about in (opinions.c.id, signers.c.opinion) for each in _open(connection, about, last, limit)}
    return sorted(found)[:limit]


def _open(connection: Connection, about: sa.Column[str], last: str | None, limit: int) -> list[str]:
    return _following(connection, sa.select(about).where(is_open(about.table)).distinct(), about, last, limit)


def outlived(connection: Connection, before: datetime, last: str | None, limit: int) -> list[str]:
    """The next opinions that hold personal data, whose case has ended, and to which nothing has happened since `before`."""
    case = opinions.alias("case")
    own = opinions.c.state.in_(_CLOSED)
    joined = opinions.join(case, case.c.id == sa.func.coalesce(opinions.c.merged_into, opinions.c.id))
    signed = sa.select(signers.c.opinion).where(is_personal(signers))
    # Two questions instead of one with "or", so that each finds its line by the index.
    quiet = [~sa.exists().where(timeline.c.opinion == each, timeline.c.at >= before) for each in (opinions.c.id, case.c.id)]
    told = is_personal(opinions) | opinions.c.id.in_(signed) | opinions.c.id.in_(holding_persons())
    query = (
        sa.select(opinions.c.id)
        .select_from(joined)
        .where(own, case.c.state.in_(_CLOSED), case.c.state != State.MERGED, told, *quiet)
    )
    return _following(connection, query, opinions.c.id, last, limit)


def _following(connection: Connection, query: sa.Select[Any], about: sa.Column[str], last: str | None, limit: int) -> list[str]:
    """The first `limit` opinions after `last` that a query finds; `about` is the column that names them."""
    if last is not None:
        query = query.where(about > last)
    return list(connection.scalars(query.order_by(about).limit(limit)))


def reseal(work: Transaction, vault: Vault, ids: Sequence[str]) -> Resealed:
    """Bring the personal data of some opinions and of who signed them under the newest key, also where it stood in the clear.

    What no key opens stays as it is.
    """
    work.overwrite()
    done = Resealed()
    # Opinions first: every other writer of these rows locks their opinion first.
    for table, about, names in ((opinions, opinions.c.id, OF_OPINION), (signers, signers.c.opinion, OF_SIGNER)):
        key = next(iter(table.primary_key))
        columns = (key.label("which"), table.c.personal, *(table.c[name] for name in names))
        query = sa.select(*columns).where(about.in_(ids)).where(is_personal(table)).order_by(key).with_for_update()
        change = table.update().where(key == sa.bindparam("which"))
        # A key change is not an update that followers need to see.
        as_before = {"updated": opinions.c.updated} if table is opinions else {}
        change = change.values(personal=sa.bindparam("sealed"), **emptied(table), **as_before)
        for row in work.execute(query).all():
            sealed = _resealed(vault, row, names, done)
            if sealed is not None:
                work.defer(change, {"which": row.which, "sealed": sealed})
    if done.renewed:
        work.flush()
    supported = renew(work, vault, ids)
    done.renewed += supported
    if done.renewed:
        renew_marks(work, vault, ids)
    return done


def _resealed(vault: Vault, row: StoredRow, names: tuple[str, ...], done: Resealed) -> str | None:
    try:
        sealed = vault.renew(row.personal) if row.personal else seal(vault, {name: getattr(row, name) for name in names})
    except SealBroken:
        done.broken += 1
        return None
    if sealed is None:
        done.current += 1
    else:
        done.renewed += 1
    return sealed


@dataclass(frozen=True, slots=True)
class HeldPersons:
    """What erasing would take: of how many people something is kept, whether the words are there still, and the version of it.

    `signer` is the receipt of a co-signer, who is erased alone.
    """

    opinion: str
    state: State
    persons: int
    words: bool
    updated: datetime
    signer: str | None = None


def held_persons(connection: Connection, opinion: str | None, receipt: str | None) -> HeldPersons | None:
    """What is kept of the persons of an opinion, by its id or a receipt; None where there is no such opinion."""
    signer = None
    if receipt is not None:
        opinion = connection.scalar(sa.select(opinions.c.id).where(opinions.c.receipt == receipt))
        if opinion is None:
            opinion, signer = connection.scalar(sa.select(signers.c.opinion).where(signers.c.receipt == receipt)), receipt
    columns = (opinions.c.state, opinions.c.updated, opinions.c.content)
    row = connection.execute(sa.select(*columns).where(opinions.c.id == opinion)).one_or_none()
    if opinion is None or row is None:
        return None
    kept = [_personal(*each) for each in _rows_of(opinion, signer)]
    if signer is None:
        kept.append(sa.select(supporters.c.receipt).where(supporters.c.opinion == opinion, supporters.c.personal.is_not(None)))
    persons = sum(len(connection.execute(each).all()) for each in kept)
    return HeldPersons(opinion, row.state, persons, row.content != ERASED_CONTENT, row.updated, signer)


def forget_persons(work: Transaction, vault: Vault, opinion: str, signer: str | None = None) -> list[str]:
    """Take away who told, signed or supports an opinion, or one signer alone; returns the receipts of those who are forgotten."""
    work.overwrite()
    gone = Supporters(work, vault).forget(opinion) if signer is None else []
    forget_marks(work, opinion, signer)
    for table, which in _rows_of(opinion, signer):
        gone += work.execute(_personal(table, which)).scalars()
        work.execute(table.update().where(which).values(personal=None, **emptied(table)))
    return gone


def _rows_of(opinion: str, signer: str | None) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Where it stands who told and who signed an opinion, or one signer alone."""
    if signer is not None:
        return [(signers, signers.c.receipt == signer)]
    return [(opinions, opinions.c.id == opinion), (signers, signers.c.opinion == opinion)]


def _personal(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.Select[tuple[str]]:
    return sa.select(table.c.receipt).where(which, is_personal(table))


def forget_words(work: Transaction, opinion: str) -> None:
    """Take away what the submitters of an opinion wrote beside its text: what they added, what they said of the reply, their
    photos, the messages that said so, the digests of what was sent, and what a host wrote of it for lists."""
    work.overwrite()
    forget_subject(work.connection, opinion)
    work.execute(messages.delete().where(messages.c.opinion == opinion))
    for photos in (attachments, answer_photos):
        work.execute(photos.delete().where(photos.c.opinion == opinion))
    work.execute(opinions.update().where(opinions.c.id == opinion).values(given=None))
    work.execute(questions.update().where(questions.c.opinion == opinion).values(summary=None))
    added = (timeline.c.opinion == opinion) & (timeline.c.what == OpinionDetailed.TYPE)
    added &= timeline.c.audience.is_(None)
    work.execute(timeline.update().where(added).values(facts={"content": ERASED_CONTENT}))
    receipts = [
        *work.execute(sa.select(opinions.c.receipt).where(opinions.c.id == opinion)).scalars(),
        *work.execute(sa.select(signers.c.receipt).where(signers.c.opinion == opinion)).scalars(),
    ]
    work.execute(ratings.update().where(ratings.c.receipt.in_(receipts)).values(comment=None))
