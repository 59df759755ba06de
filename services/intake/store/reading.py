"""Queries of intake's store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.catalogue.against import Use, uses_in
from services.contracts.envelope import EncodedEvent, decode
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionAccepted
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person, Persons
from services.intake.domain.receipt.messages import ReadableMessage
from services.intake.domain.receipt.rating import GivenRating
from services.intake.domain.timeline import TimelineEntry
from services.intake.store.handling import page_of
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.personal import OF_OPINION, is_personal, persons_of, signer_of
from services.intake.store.tables import messages, opinions, ratings, signers, timeline
from services.runtime.store.counting import count_up_to, grouped
from services.runtime.store.statements.bulk import among
from services.runtime.store.vault import Vault
from services.runtime.web.lists.listing import Reading

#: How many of the opinions that wait for a department are read: a later one may have been accepted earlier.
OLDEST = 200
#: The opinion whose answer an opinion gets: the one it was merged into, or itself.
_CASE = sa.func.coalesce(opinions.c.merged_into, opinions.c.id)
# Not "merged_into IS NULL": SQLite would look that up first, and read every opinion that was ever told.
_OWN = among(opinions.c.id, "cases") & (opinions.c.id == _CASE) & (opinions.c.state != State.WITHDRAWN)
_ANSWERED_WITH = _OWN | among(opinions.c.merged_into, "cases")
#: Who submitted `cases` or was merged into one of them, with what they told of themselves.
REACHABLE_SUBMITTERS = (
    sa.select(_CASE.label("case"), opinions.c.receipt, opinions.c.title, opinions.c.personal, opinions.c.submitter)
    .where(_ANSWERED_WITH, is_personal(opinions))
    .order_by(opinions.c.id)
)
#: The co-signers of all these.
REACHABLE_COSIGNERS = (
    sa.select(
        _CASE.label("case"), opinions.c.title,
        signers.c.receipt, signers.c.personal, signers.c.name, signers.c.phone, signers.c.email,
    )
    .select_from(signers.join(opinions, signers.c.opinion == opinions.c.id))
    .where(_ANSWERED_WITH)
    .order_by(opinions.c.id, signers.c.number)
)  # fmt: skip


def followers_query(opinion_id: str) -> sa.Select[tuple[str]]:
    """One of those that were merged into an opinion."""
    return sa.select(opinions.c.id).where(opinions.c.merged_into == opinion_id).limit(1)


def merged_with(connection: Connection, opinion_id: str, limit: int) -> list[Opinion]:
    """What was merged into an opinion, the first one first."""
    query = OPINIONS.where(opinions.c.merged_into == opinion_id).order_by(opinions.c.id).limit(limit)
    return read(connection.execute(query))


def ratings_query(case: str) -> sa.Select[Any]:
    """The ratings of a case, oldest first."""
    query = sa.select(*(ratings.c[each.name] for each in fields(GivenRating))).where(ratings.c.case == case)
    return query.order_by(ratings.c.at, ratings.c.asked_sequence, ratings.c.attempt)


def awaited_query(case: str, round_: int, beside: str = "") -> sa.Select[Any]:
    """How many receipts have not rated the reply of a round, beside one: a case's, those of what was merged into it, their
    co-signers'."""
    told = sa.or_(opinions.c.id == case, opinions.c.merged_into == case)
    signed = sa.select(signers.c.receipt).join(opinions, signers.c.opinion == opinions.c.id).where(told)
    rated = sa.select(ratings.c.receipt).where(ratings.c.case == case, ratings.c.round == round_)
    everybody = sa.union_all(sa.select(opinions.c.receipt).where(told), signed).subquery()
    return sa.select(sa.func.count()).where(everybody.c.receipt.not_in(rated), everybody.c.receipt != beside)


def count_awaited(connection: Connection, case: str, round_: int) -> int:
    """How many who get the reply of a round have not rated it."""
    return int(connection.execute(awaited_query(case, round_)).scalar_one())


def find_by_receipt(connection: Connection, receipt: str) -> tuple[Opinion, bool] | None:
    """The opinion behind a receipt, and whether it is the receipt of the one who submitted it."""
    own = read(connection.execute(OPINIONS.where(opinions.c.receipt == receipt)))
    if own:
        return own[0], True
    joined = OPINIONS.join(signers, signers.c.opinion == opinions.c.id).where(signers.c.receipt == receipt)
    signed = read(connection.execute(joined))
    return (signed[0], False) if signed else None


def find(connection: Connection, opinion_id: str) -> Opinion | None:
    """One opinion by id."""
    return next(iter(read(connection.execute(OPINIONS.where(opinions.c.id == opinion_id)))), None)


def find_many(connection: Connection, ids: Sequence[str]) -> list[Opinion]:
    """Those of these opinions that there are, the oldest first."""
    return read(connection.execute(OPINIONS.where(opinions.c.id.in_(ids)).order_by(opinions.c.id)))


def messages_of(connection: Connection, opinion: str) -> list[ReadableMessage]:
    """The messages of a case that may be read with its receipts, oldest first."""
    query = sa.select(messages.c.body).where(messages.c.opinion == opinion).order_by(messages.c.id)
    return [ReadableMessage(EncodedEvent(decode(body), body)) for body in map(bytes, connection.execute(query).scalars())]


def is_followed(connection: Connection, opinion_id: str) -> bool:
    """Whether others were merged into an opinion."""
    return connection.execute(followers_query(opinion_id)).first() is not None


def timeline_of(connection: Connection, opinion_id: str) -> list[TimelineEntry]:
    """Everything that happened to an opinion, oldest first."""
    columns = (timeline.c[each.name] for each in fields(TimelineEntry))
    query = sa.select(*columns).where(timeline.c.opinion == opinion_id).order_by(timeline.c.at, timeline.c.id)
    return [TimelineEntry(*tuple(row)) for row in connection.execute(query)]


def find_persons(connection: Connection, vault: Vault, opinion_id: str) -> Persons:
    """Who told an opinion, who passed it on, the deputy who answers for it, and where it is."""
    columns = (opinions.c.personal, *(opinions.c[name] for name in OF_OPINION))
    return persons_of(vault, connection.execute(sa.select(*columns).where(opinions.c.id == opinion_id)).one())


def cosigners_of(connection: Connection, vault: Vault, opinion_id: str) -> list[Person]:
    """Who signed an opinion beside its submitter, in the order they were named."""
    query = sa.select(signers).where(signers.c.opinion == opinion_id).order_by(signers.c.number)
    return [signer_of(vault, row, row.kind) for row in connection.execute(query)]


def ratings_of(connection: Connection, case: str) -> list[GivenRating]:
    """All ratings of a case, oldest first."""
    return [GivenRating(*tuple(row)) for row in connection.execute(ratings_query(case))]


def listing(connection: Connection, reading: Reading, department: str | None = None) -> list[Opinion]:
    """The opinions of one page of a list, and one more; those that a department handles, where one is named."""
    return read(connection.execute(_page(reading, department)))


def count_listing(connection: Connection, reading: Reading, department: str | None = None) -> int:
    """How many opinions a list has, counted no further than one more than the limit of its page."""
    return count_up_to(connection, _page(reading, department), reading.limit)


def _page(reading: Reading, department: str | None) -> sa.Select[Any]:
    return reading.select(OPINIONS, opinions) if department is None else page_of(reading, OPINIONS, department)


def count_in_state(connection: Connection, state: State, most: int) -> int:
    """How many opinions are in a state, counted no further than one more than `most`."""
    return count_up_to(connection, sa.select(opinions.c.id).where(opinions.c.state == state), most)


def unassigned_since(connection: Connection) -> datetime | None:
    """When the first of the opinions was accepted that no department has been assigned; None where there is none.

    The oldest ones are looked at, not all of a million that wait.
    """
    first = sa.select(opinions.c.id).where(opinions.c.state == State.ACCEPTED).order_by(opinions.c.id).limit(OLDEST)
    accepted = timeline.c.opinion.in_(first) & (timeline.c.what == OpinionAccepted.TYPE)
    return connection.execute(sa.select(sa.func.min(timeline.c.at)).where(accepted)).scalar()


def open_codes(connection: Connection) -> list[Use]:
    """The codes of the catalogue that opinions use which wait for their review, or for what their submitter was asked."""
    table, found = opinions.c, list[Mapping[str, Any]]()
    # State by state: the index of a state has its ids in order, those of several would be sorted for each portion.
    for state in filter(lambda each: each.is_in_review, State):
        waiting = sa.select(table.id, table.id.label("opinion"), table.topic, table.area, table.station).where(table.state == state)
        found += grouped(connection, waiting, example="opinion")
    return uses_in(found)
