"""A lost receipt is sent again, to the contact that was left with it and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.contacts import NotReachable, mailbox, telephone
from services.contracts.errors import Invalid
from services.intake.handlers import notifying

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore

CONTACT = "contact"


def resend(store: IntakeStore, text: str) -> None:
    """Send the receipts that were left with a telephone number or an e-mail address; raises `Invalid` for neither.

    Whether there are any is told to nobody but that contact.
    """
    is_mail = "@" in text
    try:
        contact = mailbox(text) if is_mail else str(telephone(text))
    except NotReachable as error:
        raise Invalid("Send one telephone number or one e-mail address.", {CONTACT: [str(error)]}) from error
    for addressee in store.take_addressees(contact, is_mail=is_mail):
        notifying.write(store, addressee.case, "resent", [addressee])
