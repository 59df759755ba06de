"""Letters to people with accounts leave by the outbox of intake, sealed on their way to notify."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.accounts.model import AccountHolder, Letter
from services.contracts.envelope import UNNUMBERED, Event
from services.contracts.messages.accounts import DigestDue, LetterGathered, LetterLinked
from services.intake.app.context import Intake
from services.runtime.store.database import Database, Transaction
from services.runtime.store.vault import Vault


def sender(database: Database, vault: Vault) -> Callable[[Letter], None]:
    """What puts a letter into the outbox; when it returns, the letter will leave."""

    def sealed(text: str | None) -> str | None:
        return vault.seal(text) if text else None

    def send(letter: Letter) -> None:
        message = LetterLinked(
            letter.about, vault.seal(letter.name), vault.seal(letter.link), sealed(letter.email), sealed(letter.phone)
        )
        database.write(lambda work: work.publish(message, subject=letter.person, sequence=UNNUMBERED))

    return send


def send_digests(intake: Intake, work: Transaction, events: Sequence[Event]) -> None:
    """A letter to each of those who have something new, inside `work`; none to who may not act any more, or cannot be reached."""
    due = [(event.subject, event.data) for event in events if isinstance(event.data, DigestDue)]
    if not due:
        return
    found = intake.accounts.read(lambda people: people.several({person for person, _ in due}))
    for person, message in due:
        holder = found.get(person)
        if holder is not None and holder.state == "active" and holder.grants:
            letter = _digest(intake, holder, message)
            if letter.email or letter.chat:
                work.publish(letter, subject=person, sequence=UNNUMBERED)


def _digest(intake: Intake, holder: AccountHolder, message: DigestDue) -> LetterGathered:
    ways = {"email": holder.email, "chat": holder.sign_in}
    reach = {way: intake.vault.seal(text) for way in message.ways if (text := ways[way])}
    site = intake.accounts.rules.public_url or None
    return LetterGathered("digest", intake.vault.seal(holder.name), message.language, message.news, site, **reach)
