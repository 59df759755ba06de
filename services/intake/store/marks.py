"""Receipts by the contact that was left with them, which stands here as a mark that tells nothing without the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from services.intake.domain.people import Addressee, Person, Signer
from services.intake.store.personal import signer_of, told_by_submitter
from services.intake.store.tables import opinions, signers, tables
from services.runtime.store.bulk import among
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.vault import Vault

#: How often one contact is written to at most, and how many of its receipts are sent, the newest first.
REST, MOST_SENT = timedelta(hours=1), 5
#: `sent` is when its receipts were asked for last.
marks = sa.Table(
    "marks",
    tables,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("sent", Instant),
)


def add_marks(work: Transaction, vault: Vault, opinion: str, people: Iterable[tuple[str, Person | None]]) -> None:
    """Mark the receipts of people who left a contact."""
    for receipt, person in people:
        for contact in filter(None, (person.phone, person.email) if person else ()):
            work.add(marks, {"mark": vault.mark(plain(contact)), "receipt": receipt, "opinion": opinion, "sent": None})


def forget_marks(work: Transaction, opinion: str, receipt: str | None = None) -> None:
    """Remove the marks of an opinion, or of one receipt alone."""
    which = marks.c.opinion == opinion if receipt is None else marks.c.receipt == receipt
    work.execute(marks.delete().where(which))


def renew_marks(work: Transaction, vault: Vault, ids: Sequence[str]) -> None:
    """Bring the marks of some opinions under the newest key."""
    work.execute(marks.delete().where(among(marks.c.opinion, "ids")), {"ids": ids})
    told = sa.select(opinions.c.id, opinions.c.receipt, opinions.c.personal, opinions.c.submitter).where(
        among(opinions.c.id, "ids")
    )
    signed = sa.select(signers).where(among(signers.c.opinion, "ids"))
    for row in work.execute(told, {"ids": ids}).all():
        add_marks(work, vault, row.id, [(row.receipt, told_by_submitter(vault, row))])
    for row in work.execute(signed, {"ids": ids}).all():
        add_marks(work, vault, row.opinion, [(row.receipt, signer_of(vault, row))])


def take_addressees(work: Transaction, vault: Vault, contact: str, *, is_mail: bool) -> list[Addressee]:
    """Whom to send the receipts again that were left with a contact; nobody when that was done a short while ago."""
    wanted = marks.c.mark.in_(vault.marks(plain(contact)))
    found = work.execute(sa.select(marks).where(wanted).with_for_update()).all()
    if not found or any(row.sent is not None and row.sent > work.now - REST for row in found):
        return []
    work.execute(marks.update().where(wanted).values(sent=work.now))
    query = (
        sa.select(opinions.c.id, opinions.c.title, marks.c.receipt)
        .join(opinions, opinions.c.id == marks.c.opinion)
        .where(wanted)
        .order_by(opinions.c.id.desc())
        .limit(MOST_SENT)
    )
    reached = {"email": contact} if is_mail else {"phone": contact}
    return [Addressee(row.id, row.receipt, row.title, **reached) for row in work.execute(query)]


def plain(contact: str) -> str:
    """A contact as it is compared: an e-mail address in small letters."""
    return contact.casefold()


def people_of(receipt: str, submitter: Person | None, cosigners: Iterable[Signer]) -> list[tuple[str, Person | None]]:
    """Everybody who holds a receipt of a new opinion."""
    return [(receipt, submitter), *((each.receipt, each.person) for each in cosigners)]
