"""Letters to people with accounts leave by the outbox of intake, sealed on their way to notify."""

from __future__ import annotations

from collections.abc import Callable

from services.accounts.model import Letter
from services.contracts.messages.accounts import LetterLinked
from services.runtime.store.database import Database
from services.runtime.store.vault import Vault

UNNUMBERED = 0


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
