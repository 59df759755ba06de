"""Photos that departments add to their answers, kept beside those of submitters and erased with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.attaching import AnswerPhoto, Photo
from services.intake.store.tables import tables
from services.runtime.store.database import Instant, Transaction

#: `content` stands last, so that a list of the others does not read it.
answer_photos = sa.Table(
    "answer_photos",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("shown", Instant),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_TABLE = answer_photos.c
_LISTED = sa.select(_TABLE.id, _TABLE.type, _TABLE.size, _TABLE.at, _TABLE.department, _TABLE.shown)
_WAITING = (_TABLE.opinion == sa.bindparam("which")) & (_TABLE.department == sa.bindparam("who")) & _TABLE.shown.is_(None)
_COUNT = sa.select(sa.func.count()).where(_WAITING)
_BEFORE = _TABLE.at <= sa.bindparam("until", type_=Instant)
_SHOW = answer_photos.update().where(_WAITING, _BEFORE).values(shown=sa.bindparam("now", type_=Instant))


class AnswerPhotoStore:
    """Photos of answers within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def waiting(self, opinion: str, department: str) -> int:
        """How many wait for the next answer of a department."""
        return int(self._work.execute(_COUNT, {"which": opinion, "who": department}).scalar_one())

    def add(self, opinion: str, department: str, photo_id: str, photo: Photo) -> AnswerPhoto:
        """Keep a photo."""
        kept = AnswerPhoto(photo_id, photo.type, len(photo.content), self._work.now, department, None)
        self._work.add(answer_photos, {**asdict(kept), "opinion": opinion, "content": photo.content})
        return kept

    def held(self, opinion: str, photo_id: str) -> AnswerPhoto | None:
        """One of them, as nobody else changes it until the commit."""
        query = _LISTED.where(_TABLE.opinion == opinion, _TABLE.id == photo_id).with_for_update()
        row = self._work.execute(query).first()
        return AnswerPhoto(*tuple(row)) if row is not None else None

    def remove(self, photo: AnswerPhoto) -> None:
        """Keep one no longer."""
        self._work.execute(answer_photos.delete().where(_TABLE.id == photo.id))

    def show(self, opinion: str, department: str, until: datetime) -> None:
        """A department has answered: from now on the submitter sees what had come for that `until` then."""
        self._work.defer(_SHOW, {"which": opinion, "who": department, "until": until, "now": self._work.now})


def answer_photos_of(connection: Connection, opinion_id: str, *, shown: bool = False) -> Sequence[AnswerPhoto]:
    """The photos of the answers to an opinion without their bytes, in the order they came; `shown`: what submitters see of them."""
    query = _LISTED.where(_TABLE.opinion == opinion_id).order_by(_TABLE.at, _TABLE.id)
    rows = connection.execute(query.where(_TABLE.shown.is_not(None)) if shown else query)
    return [AnswerPhoto(*tuple(row)) for row in rows]


def answer_photo(
    connection: Connection, opinion_id: str, photo_id: str, *, shown: bool = False
) -> tuple[AnswerPhoto, bytes] | None:
    """One photo of an answer and its bytes; None when there is no such photo, or submitters do not see it yet."""
    query = _LISTED.add_columns(_TABLE.content).where(_TABLE.opinion == opinion_id, _TABLE.id == photo_id)
    row = connection.execute(query).first()
    if row is None or (shown and row.shown is None):
        return None
    return AnswerPhoto(*tuple(row)[:-1]), row.content
