"""Intake's side of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from services.contracts.envelope import EncodedEvent, decode
from services.contracts.errors import NotFound, Unavailable
from services.contracts.lifecycle import State
from services.contracts.messages.merging import OpinionUnmerged
from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted
from services.contracts.messages.values import Message
from services.contracts.people.grants import EARLIER
from services.intake.domain.attaching import Attachment, Photo
from services.intake.domain.constituency.campaign import Campaign
from services.intake.domain.constituency.codes import PrintedCode
from services.intake.domain.constituency.linking import KnownDeputies
from services.intake.domain.following import Change, Handling
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Addressee, Persons, Signer
from services.intake.domain.publication.publishing import PublicCopy
from services.intake.domain.receipt.rating import GivenRating
from services.intake.domain.sessions.where import AtSession
from services.intake.domain.submission.submission import Submission
from services.intake.domain.timeline import Handler, TimelineEntry
from services.intake.store import contacts
from services.intake.store.attachments import attached, attachments
from services.intake.store.constituency.campaigns import named_campaigns
from services.intake.store.constituency.codes import resolved
from services.intake.store.constituency.duties import DutyStore
from services.intake.store.constituency.linking import known_deputies
from services.intake.store.following import takeover
from services.intake.store.marks import add_marks, people_of, take_addressees
from services.intake.store.opinions import Opinions
from services.intake.store.personal import OF_OPINION, persons_of, seal_signer, signer_of, told_by_submitter
from services.intake.store.publication import publications
from services.intake.store.publication.supporters import Supporters
from services.intake.store.reading import (
    REACHABLE_COSIGNERS,
    REACHABLE_SUBMITTERS,
    awaited_query,
    find_persons,
    followers_query,
    ratings_query,
    timeline_of,
)
from services.intake.store.sessions.where import at_sessions
from services.intake.store.tables import handlers, messages, opinions, ratings, signers, timeline
from services.runtime.store import idempotency
from services.runtime.store.database import INSERTS, Transaction
from services.runtime.store.vault import Vault

_KNOWN = sa.select(
    opinions.c.external_id, opinions.c.id, opinions.c.receipt, opinions.c.state, opinions.c.fingerprint, opinions.c.source,
    opinions.c.given, opinions.c.personal, *(opinions.c[name] for name in OF_OPINION),
).where(
    opinions.c.external_id.in_(sa.bindparam("external_ids", expanding=True)),
    sa.func.coalesce(opinions.c.source, EARLIER).in_(sa.bindparam("sources", expanding=True)),
)  # fmt: skip
#: A message may come once more when nobody remembers its id.
_KEEP = {name: insert(messages).on_conflict_do_nothing() for name, insert in INSERTS.items()}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a receipt: the opinion it is of, and whether they submitted it (`first`) or signed it."""

    opinion: Opinion
    first: bool


@dataclass(frozen=True, slots=True)
class KnownSubmission:
    """What is kept of an opinion that was sent with an external id. `given` are digests of what was sent, persons left out; None
    for one from before senders were written down, of which only the text's `fingerprint` is known."""

    id: str
    receipt: str
    state: State
    fingerprint: str
    given: Mapping[str, str] | None
    persons: Persons


class IntakeStore:
    """Intake's operations within one transaction. Personal data is sealed when stored and opened when read."""

    def __init__(self, work: Transaction, vault: Vault) -> None:
        self._work, self._vault = work, vault
        self._opinions = Opinions(work)
        self.duties = DutyStore(work)
        self.supporters = Supporters(work, vault)
        self.now = work.now

    def seal(self, text: str | None) -> str | None:
        """A text of a person's, as it may leave this transaction; None stays None, and so does an empty one."""
        return self._vault.seal(text) if text else None

    def publish(self, message: Message, opinion: str, sequence: int) -> None:
        """Put a message about an opinion into the outbox that is not one of the opinion's own events."""
        self._work.publish(message, subject=opinion, sequence=sequence)

    def add(self, opinion: Opinion, submission: Submission, given: dict[str, str] | None, cosigners: Sequence[Signer]) -> None:
        """Store a new opinion with who told it and who signed it; `given` are digests of what was sent."""
        self._opinions.add(self._vault, opinion, submission, given)
        add_marks(self._work, self._vault, opinion.id, people_of(opinion.receipt, submission.submitter, cosigners))
        for number, signer in enumerate(cosigners, 1):
            personal = seal_signer(self._vault, signer.person)
            row = {"receipt": signer.receipt, "opinion": opinion.id, "number": number, "kind": signer.person.kind}
            self._work.add(signers, {**row, "personal": personal})

    def known_deputies(self, words: Collection[str]) -> KnownDeputies:
        """What the register says to these codes or names."""
        return known_deputies(self._work, words)

    def sent(self, kind: type[Message]) -> EncodedEvent:
        """The message of a type that an opinion has published in this transaction last."""
        return self._opinions.sent[kind.TYPE]

    def submitted(self, opinion: str) -> EncodedEvent | None:
        """The message that an opinion was submitted with; None when it was erased, or is older than what is kept."""
        query = sa.select(messages.c.body).where(messages.c.opinion == opinion).order_by(messages.c.id).limit(1)
        body = self._work.execute(query).scalar()
        sent = None if body is None else EncodedEvent(decode(body), body)
        return sent if sent and isinstance(sent.event.data, OpinionSubmitted) else None

    def keep_message(self, received: EncodedEvent) -> None:
        """Keep a message of another service for those who hold a receipt of its case."""
        event = received.event
        insert = _KEEP[self._work.connection.dialect.name]
        self._work.defer(insert, {"opinion": event.subject, "id": event.id, "body": received.body})

    def load(self, opinion_id: str) -> Opinion:
        """One opinion by id, locked until the commit; raises `NotFound`."""
        return self._opinions.load(opinion_id)

    def load_many(self, opinion_ids: Sequence[str]) -> dict[str, Opinion]:
        """Several opinions by id, locked until the commit, always in the same order; those that there are not are left out."""
        return {each.id: each for each in self._opinions.find(opinions.c.id.in_(opinion_ids))}

    def followers_of(self, opinion_id: str) -> list[str]:
        """The ids of those that were merged into an opinion, the first one first."""
        query = sa.select(opinions.c.id).where(opinions.c.merged_into == opinion_id).order_by(opinions.c.id)
        return list(self._work.execute(query).scalars())

    def load_held(self, receipt: str) -> Holder:
        """Who holds a receipt; the opinion and its case are locked as by `load_many`. Raises `NotFound`, `Unavailable`."""
        known = sa.select(opinions.c.id, opinions.c.merged_into)
        row = own = self._work.execute(known.where(opinions.c.receipt == receipt)).one_or_none()
        if row is None:
            signed = known.join(signers, signers.c.opinion == opinions.c.id).where(signers.c.receipt == receipt)
            row = self._work.execute(signed).one_or_none()
        if row is None:
            raise NotFound("There is no opinion with this receipt. Check it for a typing error.")
        found = self.load_many([row.id, row.merged_into or row.id])
        opinion = found[row.id]
        if opinion.merged_into and opinion.merged_into not in found:
            raise Unavailable("The opinion was merged at this moment; nothing was changed. Send the same request again.")
        return Holder(opinion, first=own is not None)

    def save(self, *changed: Opinion) -> None:
        """Store what was changed, published and recorded of opinions since they were loaded or saved."""
        for opinion in self._opinions.save(*changed):
            publications.unpublish(self._work, opinion)

    def persons(self, opinion: str) -> Persons:
        """Whom an opinion names, and where it is."""
        return find_persons(self._work.connection, self._vault, opinion)

    def release(self, copy: PublicCopy) -> None:
        """Let everybody read a copy, in place of what was public of its opinion."""
        publications.publish(self._work, copy)

    def timeline(self, opinion: str) -> list[TimelineEntry]:
        """Everything that happened to an opinion, oldest first."""
        return timeline_of(self._work.connection, opinion)

    def add_handler(self, opinion: str, handler: Handler, *, ended: bool = False) -> None:
        """Note that a department has an assignment, or has it no longer."""
        row = {"opinion": opinion, "assignment": handler.assignment, "department": handler.department, "role": handler.role}
        self._work.add(handlers, {**row, "ended": ended})

    def record(self, opinion: str, line: TimelineEntry) -> None:
        """Add a line to the timeline of an opinion that is not loaded."""
        row = {"opinion": opinion, "at": line.at, "what": line.what, "by": line.by, "facts": line.facts}
        self._work.add(timeline, {**row, "audience": line.audience})

    def printed(self, codes: Sequence[str]) -> Mapping[str, PrintedCode]:
        """The printed codes that there are among these, each as the last of its successors."""
        return resolved(self._work.connection, codes)

    def campaigns(self, codes: Sequence[str]) -> Mapping[str, Campaign]:
        """The campaigns that there are among these."""
        return named_campaigns(self._work.connection, codes)

    def at_sessions(self, ids: Sequence[str]) -> Mapping[str, AtSession]:
        """What opinions say of these sessions, as far as they are known."""
        return at_sessions(self._work, ids)

    def with_external_ids(self, external_ids: Sequence[str], sources: Sequence[str]) -> dict[str, KnownSubmission]:
        """The opinions of these senders that are known among these external ids."""
        wanted = {"external_ids": external_ids, "sources": sources}
        return {
            row.external_id: KnownSubmission(
                row.id, row.receipt, row.state, row.fingerprint, (row.given or {}) if row.source else None,
                persons_of(self._vault, row),
            )
            for row in self._work.execute(_KNOWN, wanted)
        }  # fmt: skip

    def signers(self, opinion_ids: Sequence[str]) -> dict[str, list[Signer]]:
        """The co-signers of opinions, by opinion, in the order they were named."""
        query = sa.select(signers).where(signers.c.opinion.in_(opinion_ids)).order_by(signers.c.number)
        found: dict[str, list[Signer]] = {}
        for row in self._work.execute(query):
            found.setdefault(row.opinion, []).append(Signer(row.receipt, signer_of(self._vault, row, row.kind)))
        return found

    def follow(self, opinion_id: str, sequence: int, handling: Handling | None, change: Change) -> None:
        """Take over routing's messages. In whatever order they arrive, the latest one wins."""
        self._work.defer(*takeover(opinion_id, sequence, handling, change, self.now))

    def move_followers(self, opinion_id: str, into: str) -> None:
        """Merge all that were merged into an opinion into another one instead."""
        self._work.execute(opinions.update().where(opinions.c.merged_into == opinion_id).values(merged_into=into))

    def case_of(self, opinion_id: str) -> str:
        """The id of the opinion that this one is handled with, or its own."""
        query = sa.select(opinions.c.merged_into).where(opinions.c.id == opinion_id)
        return self._work.execute(query).scalar() or opinion_id

    def let_in_before(self, opinion_ids: Sequence[str]) -> frozenset[str]:
        """Which of these opinions had been let in and were unmerged since."""
        happened = [
            sa.select(timeline.c.opinion).where(timeline.c.opinion.in_(opinion_ids), timeline.c.what == what)
            for what in (OpinionUnmerged.TYPE, OpinionAccepted.TYPE)
        ]
        return frozenset(self._work.execute(sa.intersect(*happened)).scalars())

    def is_followed(self, opinion_id: str) -> bool:
        """Whether others were merged into an opinion."""
        return self._work.execute(followers_query(opinion_id)).first() is not None

    def ratings(self, case: str, receipt: str, round_: int) -> list[GivenRating]:
        """What the holder of a receipt has said of the reply of a round, oldest first."""
        query = ratings_query(case).where(ratings.c.receipt == receipt, ratings.c.round == round_)
        return [GivenRating(*tuple(row)) for row in self._work.execute(query)]

    def count_awaited(self, case: str, round_: int, beside: str) -> int:
        """How many who get the reply of a round have not rated it, beside the holder of one receipt."""
        return int(self._work.execute(awaited_query(case, round_, beside)).scalar_one())

    def add_rating(self, rating: GivenRating) -> None:
        """Store a rating."""
        self._work.add(ratings, asdict(rating))

    def count_attachments(self, opinion: str) -> int:
        """How many photos an opinion has."""
        return int(self._work.execute(attached(opinion)).scalar_one())

    def add_attachment(self, opinion: str, photo_id: str, photo: Photo) -> Attachment:
        """Keep a photo."""
        kept = Attachment(photo_id, photo.type, len(photo.content), self.now)
        row = {"id": kept.id, "type": kept.type, "size": kept.size, "at": kept.at}
        self._work.add(attachments, {**row, "opinion": opinion, "content": photo.content})
        return kept

    def reachable(self, cases: Sequence[str]) -> list[Addressee]:
        """Everybody who gets the reply of one of these cases and left something about themselves."""
        told = [(row, told_by_submitter(self._vault, row)) for row in self._work.fetch(REACHABLE_SUBMITTERS, {"cases": cases})]
        signed = [(row, signer_of(self._vault, row)) for row in self._work.fetch(REACHABLE_COSIGNERS, {"cases": cases})]
        own = [
            Addressee(row.case, row.receipt, row.title, person.name, person.email, person.phone)
            for row, person in (*told, *signed)
            if person is not None
        ]
        return own + self.supporters.reachable(cases)

    def take_addressees(self, contact: str, *, is_mail: bool) -> list[Addressee]:
        """Whom to send the receipts again that were left with a contact; nobody when that was done a short while ago."""
        return take_addressees(self._work, self._vault, contact, is_mail=is_mail)

    def forget_answers(self, opinion: str) -> None:
        """Remove the remembered answers that hold the receipts of an opinion."""
        idempotency.forget(self._work, opinion)

    def forget_persons(self, opinion: str, signer: str | None = None) -> list[str]:
        """Take away who told, signed or supports an opinion, or one signer alone; returns the receipts of the forgotten."""
        return contacts.forget_persons(self._work, self._vault, opinion, signer)

    def forget_words(self, opinion: str) -> None:
        """Take away what the submitters of an opinion wrote beside its text."""
        contacts.forget_words(self._work, opinion)
