"""Opinions to and from their rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter

import sqlalchemy as sa

from services.contracts.envelope import EncodedEvent
from services.contracts.errors import NotFound
from services.intake.domain.opinion import UNKNOWN, Opinion
from services.intake.domain.publication.publishing import PublicationState
from services.intake.domain.receipt.messages import shows_own
from services.intake.domain.submission.submission import Submission
from services.intake.store.columns import StoredRow
from services.intake.store.personal import seal_persons
from services.intake.store.similarity.wordings import introduce, mark, unindex
from services.intake.store.tables import messages, opinions, timeline
from services.runtime.store.database import Transaction
from services.runtime.store.vault import Vault

#: The columns that an opinion is made of, in the order of its fields.
NAMES = tuple(each.name for each in fields(Opinion) if each.name in opinions.c)
OPINIONS = sa.select(*(opinions.c[name] for name in NAMES))
_VALUES = attrgetter(*NAMES)
_PUBLICATION = "publication"
#: What an opinion is read again for when it changes.
READ = {"title", "content", "topic"}
TEXT = {"title", "content"}
_TITLE, _CONTENT = NAMES.index("title"), NAMES.index("content")


class Opinions:
    """The opinions of one transaction: each is loaded and locked once, and what was changed of it is saved."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._loaded: dict[str, Opinion] = {}
        self._as_stored: dict[str, tuple[object, ...]] = {}
        #: The last message of each type that was published.
        self.sent: dict[str, EncodedEvent] = {}

    def find(self, condition: sa.ColumnElement[bool]) -> list[Opinion]:
        """The opinions that a condition picks, locked until the commit, always in the same order."""
        rows = self._work.execute(OPINIONS.where(condition).order_by(opinions.c.id).with_for_update())
        return [self._opinion(row) for row in rows]

    def load(self, opinion_id: str) -> Opinion:
        """One opinion by id; raises `NotFound`."""
        known = self._loaded.get(opinion_id)
        if known is not None:
            return known
        found = self.find(opinions.c.id == opinion_id)
        if not found:
            raise NotFound(UNKNOWN)
        return found[0]

    def add(self, vault: Vault, opinion: Opinion, submission: Submission, given: dict[str, str] | None) -> None:
        """Store a new opinion with all that was published and recorded of it; `given` are digests of what was sent."""
        persons = seal_persons(vault, submission.persons)
        self._work.add(opinions, {
            "id": opinion.id, "receipt": opinion.receipt, "fingerprint": submission.fingerprint, "title": opinion.title,
            "content": opinion.content, "channel": opinion.channel, "topic": opinion.topic, "area": opinion.area,
            "station": opinion.station, "code_kind": opinion.code_kind, "campaign": opinion.campaign,
            "visibility": opinion.visibility, "state": opinion.state,
            "submitted": opinion.submitted, "updated": opinion.updated, "told": opinion.told, "round": opinion.round,
            "published_sequence": opinion.published_sequence, "handled_sequence": 0, "waiting_since": opinion.waiting_since,
            "external_id": opinion.external_id, "source": opinion.source, "given": given, "personal": persons,
            "deputy_code": opinion.deputy_code, "session": opinion.session,
        })  # fmt: skip
        introduce(self._work, opinion.id)
        self._work.introduced.add(opinion.id)
        self._tell(opinion)

    def save(self, *changed: Opinion) -> list[str]:
        """Store what was changed, published and recorded since they were loaded or saved; returns those no longer public."""
        hidden: list[str] = []
        for opinion in changed:
            before, now = self._as_stored[opinion.id], _VALUES(opinion)
            if now != before:
                new = {name: value for name, old, value in zip(NAMES, before, now, strict=True) if value != old}
                if new.get(_PUBLICATION, PublicationState.RELEASED) is not PublicationState.RELEASED:
                    hidden.append(opinion.id)
                parameters = {f"new_{name}": value for name, value in new.items()}
                self._work.defer(_update(tuple(new)), {"which": opinion.id, "new_updated": opinion.now, **parameters})
                if READ & new.keys():
                    mark(self._work, opinion.id)
                if TEXT & new.keys():
                    unindex(self._work, opinion.id, str(before[_TITLE]), str(before[_CONTENT]))
                self._as_stored[opinion.id] = now
            self._tell(opinion)
        return hidden

    def _tell(self, opinion: Opinion) -> None:
        for line in opinion.timeline:
            self._work.add(timeline, {
                "opinion": opinion.id, "at": line.at, "what": line.what, "by": line.by, "facts": line.facts,
                "audience": line.audience,
            })  # fmt: skip
        for number, message in opinion.events:
            sent = self._work.publish(message, subject=opinion.id, sequence=number, session=opinion.session)
            self.sent[message.TYPE] = sent
            if shows_own(message):
                self._work.add(messages, {"opinion": opinion.id, "id": sent.event.id, "body": sent.body})
        opinion.timeline.clear()
        opinion.events.clear()

    def _opinion(self, row: StoredRow) -> Opinion:
        known = self._loaded.get(row.id)
        if known is not None:
            return known
        opinion = self._loaded[row.id] = Opinion(*tuple(row), now=self._work.now)
        self._as_stored[opinion.id] = tuple(row)
        return opinion


def read(rows: Iterable[StoredRow]) -> list[Opinion]:
    """Opinions that are only looked at, as of their last change."""
    return [Opinion(*tuple(row), now=row.updated) for row in rows]


@lru_cache(maxsize=128)
def _update(names: tuple[str, ...]) -> sa.Update:
    """The statement that sets these columns of an opinion."""
    values = {name: sa.bindparam(f"new_{name}", type_=opinions.c[name].type) for name in (*names, "updated")}
    return opinions.update().where(opinions.c.id == sa.bindparam("which")).values(values)
