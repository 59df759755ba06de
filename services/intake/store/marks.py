"""Receipts by the contact that was left with them, which stands here as a mark that tells nothing without the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from services.intake.domain.people import Addressee, Person, Signer
from services.intake.store.personal import signer_of, told_by_submitter
from services.intake.store.tables import opinions, publications, signers, supporters, tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among
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
#: What stands for the title of a supported opinion that is not public any more.
NOT_PUBLIC_NOW = "（目前不公开的意见建议 · not public at present）"
#: What the holder of a receipt knows the opinion by: who supports it knows its public copy only.
_TITLE = sa.case((supporters.c.receipt.is_(None), opinions.c.title), else_=sa.func.coalesce(publications.c.title, NOT_PUBLIC_NOW))


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
    supported = sa.select(supporters).where(among(supporters.c.opinion, "ids"), supporters.c.personal.is_not(None))
    for row in work.execute(told, {"ids": ids}).all():
        add_marks(work, vault, row.id, [(row.receipt, told_by_submitter(vault, row))])
    for row in work.execute(signed, {"ids": ids}).all():
        add_marks(work, vault, row.opinion, [(row.receipt, signer_of(vault, row))])
    for row in work.execute(supported, {"ids": ids}).all():
        add_marks(work, vault, row.opinion, [(row.receipt, signer_of(vault, row))])


def take_addressees(work: Transaction, vault: Vault, contact: str, *, is_mail: bool) -> list[Addressee]:
    """Whom to send the receipts again that were left with a contact; nobody when that was done a short while ago."""
    wanted = take_marks(work, vault, marks, contact)
    if wanted is None:
        return []
    query = (
        sa.select(opinions.c.id, _TITLE.label("title"), marks.c.receipt)
        .join(opinions, opinions.c.id == marks.c.opinion)
        .outerjoin(supporters, supporters.c.receipt == marks.c.receipt)
        .outerjoin(publications, publications.c.opinion == supporters.c.opinion)
        .where(wanted)
        .order_by(opinions.c.id.desc())
        .limit(MOST_SENT)
    )
    email, phone = (contact, None) if is_mail else (None, contact)
    return [Addressee(row.id, row.receipt, row.title, email=email, phone=phone) for row in work.execute(query)]


def take_marks(work: Transaction, vault: Vault, table: sa.Table, contact: str) -> sa.ColumnElement[bool] | None:
    """Which marks of a table are of a contact, now that what they mark is sent; None when there is nothing, or it was sent a short
    while ago."""
    wanted = table.c.mark.in_(vault.marks(plain(contact)))
    found = work.execute(sa.select(table.c.sent).where(wanted).with_for_update()).scalars().all()
    if not found or any(sent is not None and sent > work.now - REST for sent in found):
        return None
    work.execute(table.update().where(wanted).values(sent=work.now))
    return wanted


def plain(contact: str) -> str:
    """A contact as it is compared: an e-mail address in small letters."""
    return contact.casefold()


def people_of(receipt: str, submitter: Person | None, cosigners: Iterable[Signer]) -> list[tuple[str, Person | None]]:
    """Everybody who holds a receipt of a new opinion."""
    return [(receipt, submitter), *((each.receipt, each.person) for each in cosigners)]
