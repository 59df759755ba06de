"""Who supports an opinion: a receipt each, sealed contact data, and marks by which the same person is counted once."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.people import Addressee, Person
from services.intake.domain.publication.supporting import Supporter
from services.intake.store.marks import NOT_PUBLIC_NOW, add_marks, forget_marks, marks, plain
from services.intake.store.personal import seal_signer, signer_of
from services.intake.store.tables import publications, supporters
from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import among
from services.runtime.store.vault import Vault

_NUMBER = sa.select(sa.func.count(sa.distinct(supporters.c.who)))
_REACHABLE = (
    sa.select(supporters.c.opinion, supporters.c.receipt, supporters.c.who, supporters.c.personal, publications.c.title)
    .select_from(supporters.outerjoin(publications, publications.c.opinion == supporters.c.opinion))
    .where(among(supporters.c.opinion, "cases"), supporters.c.personal.is_not(None))
    .order_by(supporters.c.at, supporters.c.receipt)
)


def supported_by(connection: Connection, receipt: str) -> str | None:
    """The case that the holder of a receipt supports; None for another receipt."""
    return connection.execute(sa.select(supporters.c.opinion).where(supporters.c.receipt == receipt)).scalar()


def holding_persons() -> sa.Select[tuple[str]]:
    """The cases with supporters who left a contact."""
    return sa.select(supporters.c.opinion).where(supporters.c.personal.is_not(None))


class Supporters:
    """The supporters of opinions, within one transaction."""

    def __init__(self, work: Transaction, vault: Vault) -> None:
        self._work, self._vault = work, vault

    def known(self, case: str, browser: str) -> str | None:
        """The receipt that a browser got for a case."""
        query = sa.select(supporters.c.receipt).where(supporters.c.opinion == case)
        return self._work.execute(query.where(supporters.c.browser.in_(self._vault.marks(browser)))).scalar()

    def add(self, case: str, supporter: Supporter) -> bool:
        """Keep a supporter of a case; returns whether nobody with the same contact was one."""
        person, browser = supporter.person, supporter.browser
        contact = _contact(person)
        mark = self._vault.mark(browser) if browser else None
        who = self._vault.mark(plain(contact)) if contact else mark or supporter.receipt
        known = self._work.execute(sa.select(supporters.c.receipt).where(supporters.c.opinion == case, supporters.c.who == who))
        is_new = known.first() is None
        self._work.add(supporters, {
            "receipt": supporter.receipt, "opinion": case, "origin": case, "who": who, "browser": mark, "at": self._work.now,
            "personal": seal_signer(self._vault, person) if person else None,
        })  # fmt: skip
        add_marks(self._work, self._vault, case, [(supporter.receipt, person)])
        return is_new

    def count(self, case: str) -> int:
        """How many people support a case."""
        return int(self._work.execute(_NUMBER.where(supporters.c.opinion == case)).scalar_one())

    def title(self, case: str) -> str:
        """What a case is called in public."""
        query = sa.select(publications.c.title).where(publications.c.opinion == case)
        return self._work.execute(query).scalar() or NOT_PUBLIC_NOW

    def case_of(self, receipt: str) -> str | None:
        """The case that the holder of a receipt supports."""
        return supported_by(self._work.connection, receipt)

    def remove(self, receipt: str) -> None:
        """Keep nothing of a supporter."""
        self._work.overwrite()
        forget_marks(self._work, "", receipt)
        self._work.execute(supporters.delete().where(supporters.c.receipt == receipt))

    def move(self, opinion: str, into: str) -> None:
        """Make all supporters of an opinion those of another one."""
        self._move(supporters.c.opinion == opinion, into)

    def move_back(self, origin: str, case: str) -> None:
        """Make those who supported an opinion in the beginning its own again."""
        self._move((supporters.c.origin == origin) & (supporters.c.opinion == case), origin)

    def _move(self, which: sa.ColumnElement[bool], into: str) -> None:
        theirs = marks.c.receipt.in_(sa.select(supporters.c.receipt).where(which))
        self._work.execute(marks.update().where(theirs).values(opinion=into))
        self._work.execute(supporters.update().where(which).values(opinion=into))

    def reachable(self, cases: Sequence[str]) -> list[Addressee]:
        """The supporters of these cases who left a contact, each contact once."""
        found: dict[tuple[str, str], Addressee] = {}
        for row in self._work.fetch(_REACHABLE, {"cases": cases}):
            person = signer_of(self._vault, row)
            addressee = Addressee(
                row.opinion, row.receipt, row.title or NOT_PUBLIC_NOW, None, person.email, person.phone, supports=True
            )
            found.setdefault((row.opinion, row.who), addressee)
        return list(found.values())

    def forget(self, opinion: str) -> list[str]:
        """Keep how many support an opinion and nothing of who they are; returns the receipts of those who left a contact."""
        rows = self._work.execute(sa.select(supporters.c.receipt, supporters.c.who, supporters.c.personal).where(
            supporters.c.opinion == opinion,
        )).all()  # fmt: skip
        one_each = {row.who: row.receipt for row in rows}
        twice = [row.receipt for row in rows if one_each[row.who] != row.receipt]
        if twice:
            self._work.execute(supporters.delete().where(among(supporters.c.receipt, "twice")), {"twice": twice})
        emptied = {"personal": None, "browser": None, "who": supporters.c.receipt}
        self._work.execute(supporters.update().where(supporters.c.opinion == opinion).values(emptied))
        return [row.receipt for row in rows if row.personal is not None]


def renew(work: Transaction, vault: Vault, ids: Sequence[str]) -> int:
    """Bring the contacts of the supporters of some opinions under the newest key; returns how many were not."""
    query = sa.select(supporters.c.receipt, supporters.c.personal)
    query = query.where(among(supporters.c.opinion, "ids"), supporters.c.personal.is_not(None)).with_for_update()
    renewed = 0
    for row in work.execute(query, {"ids": ids}).all():
        sealed = vault.renew(row.personal)
        if sealed is None:
            continue
        renewed += 1
        who = vault.mark(plain(_contact(signer_of(vault, row)) or ""))
        work.execute(supporters.update().where(supporters.c.receipt == row.receipt).values(personal=sealed, who=who))
    return renewed


def _contact(person: Person | None) -> str | None:
    return (person.phone or person.email) if person else None
