"""The persons and their grants in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.accounts.model import (
    ALL_ACCOUNTS,
    AccountHolder,
    Granted,
    Invited,
    NewGrant,
    OpenSession,
    WantedAccounts,
    granted,
    sign_in_name,
)
from services.accounts.tables import filters, passkeys, recovery_codes
from services.contracts.errors import Conflict, NotFound
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.vault import SealBroken, Vault
from services.runtime.web.access.audit import lines
from services.runtime.web.access.people import grants, persons
from services.runtime.web.access.sessions import sessions
from services.runtime.web.lists.listing import narrowed, newest_first


class People:
    """Persons as one unit of work, or one reading connection, sees them; the vault opens how they can be reached."""

    def __init__(self, work: Transaction | Connection, vault: Vault) -> None:
        self._work, self._vault = work, vault

    def get(self, person: str) -> AccountHolder:
        """Somebody by their id; raises `NotFound`."""
        found = self._where(persons.c.id == person)
        if found is None:
            raise NotFound("There is no such account.")
        return found

    def several(self, ids: Collection[str]) -> dict[str, AccountHolder]:
        """People by their ids; those that there are not are left out."""
        return {each.id: each for each in self._found(persons.c.id.in_(ids))}

    def named(self, sign_in: str) -> AccountHolder | None:
        """Somebody by the name they sign in with."""
        return self._where(persons.c.sign_in == sign_in_name(sign_in))

    def known_as(self, external: str) -> AccountHolder | None:
        """Somebody by what the single sign-on calls them."""
        return self._where(persons.c.external == external)

    def acting_for(self, role: str, parties: Collection[str | None]) -> dict[str | None, list[AccountHolder]]:
        """Who may act in a role for each of these parties, in the order in which they were granted it; the party of a role that
        acts for nobody is None."""
        of_party = grants.c.party.is_(None) if None in parties else grants.c.party.in_(parties)
        query = (
            sa.select(persons, grants.c.party)
            .join(grants, grants.c.person == persons.c.id)
            .where(grants.c.role == role, of_party, grants.c.ended.is_(None), persons.c.state == "active")
            .order_by(grants.c.id)
        )
        found: dict[str | None, list[AccountHolder]] = {}
        for row in self._work.execute(query):
            found.setdefault(row.party, []).append(self._person(row, (), 0))
        return found

    def page(self, before: str | None, limit: int, wanted: WantedAccounts = ALL_ACCOUNTS) -> list[AccountHolder]:
        """The newest accounts that are wanted, one more than `limit`."""
        query = sa.select(persons).where(*_conditions(wanted))
        rows = self._work.execute(newest_first(query, persons, {"state": wanted.state}, before, limit)).all()
        found = self._grants([row.id for row in rows])
        return [self._person(row, found.get(row.id, ()), 0) for row in rows]

    def open_sessions(self, person: str, now: datetime) -> list[OpenSession]:
        """The sessions of somebody that have not ended, the newest first."""
        columns = (sessions.c.id, sessions.c.device, sessions.c.opened, sessions.c.seen, sessions.c.until, sessions.c.idle)
        query = sa.select(*columns).where(sessions.c.person == person, sessions.c.ended.is_(None)).order_by(sessions.c.id.desc())
        found = [OpenSession(row.id, row.device, row.opened, row.seen, row.until, row.idle) for row in self._work.execute(query)]
        return [each for each in found if not each.is_over(now)]

    def acting(self, session: str) -> str:
        """The grant that a session acts by."""
        return str(self._work.execute(sa.select(sessions.c.acts_by).where(sessions.c.id == session)).scalar() or "")

    def vouched(self, session: str) -> datetime | None:
        """When the single sign-on last heard from whose session this is; None for never."""
        found: datetime | None = self._work.execute(sa.select(sessions.c.vouched).where(sessions.c.id == session)).scalar()
        return found

    def _where(self, which: sa.ColumnElement[bool]) -> AccountHolder | None:
        return next(iter(self._found(which)), None)

    def _found(self, which: sa.ColumnElement[bool]) -> list[AccountHolder]:
        rows = self._work.execute(sa.select(persons).where(which)).all()
        ids = [row.id for row in rows]
        count = sa.select(passkeys.c.person, sa.func.count()).where(passkeys.c.person.in_(ids)).group_by(passkeys.c.person)
        keys = dict(map(tuple, self._work.execute(count))) if ids else {}
        granted = self._grants(ids) if ids else {}
        return [self._person(row, granted.get(row.id, ()), keys.get(row.id, 0)) for row in rows]

    def _grants(self, ids: Sequence[str]) -> dict[str, list[Granted]]:
        query = sa.select(grants).where(grants.c.person.in_(ids), grants.c.ended.is_(None)).order_by(grants.c.id)
        found: dict[str, list[Granted]] = {}
        for row in self._work.execute(query):
            channels = None if row.channels is None else tuple(row.channels)
            found.setdefault(row.person, []).append(granted(row.id, row.role, row.party, channels))
        return found

    def _person(self, row: Any, granted: Sequence[Granted], keys: int) -> AccountHolder:
        reach = self._opened(row.personal)
        return AccountHolder(
            row.id, row.sign_in, row.name, row.state, row.created, row.seen, reach.get("email"), reach.get("phone"), row.external,
            granted, keys, row.password, row.totp,
        )  # fmt: skip

    def _opened(self, personal: str | None) -> Mapping[str, str]:
        try:
            return self._vault.open(personal) if personal else {}
        except SealBroken:
            return {}


def _conditions(wanted: WantedAccounts) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.words:
        sign_in = persons.c.sign_in.contains(sign_in_name(wanted.words), autoescape=True)
        found.append(sa.or_(persons.c.name.contains(wanted.words, autoescape=True), sign_in))
    if wanted.roles is not None:
        given = narrowed(sa.select(grants.c.person), grants, {"role": wanted.roles, "party": wanted.party})
        found.append(persons.c.id.in_(given.where(grants.c.ended.is_(None))))
    if wanted.lacks is not None:
        found.append(persons.c.state != "erased")
        keys = sa.exists().where(passkeys.c.person == persons.c.id)
        found.append(persons.c.seen.is_(None) if wanted.lacks == "visit" else sa.and_(persons.c.totp.is_(None), ~keys))
    return found


class ChangingPeople(People):
    """The same inside a transaction that changes them."""

    def __init__(self, work: Transaction, vault: Vault) -> None:
        super().__init__(work, vault)
        self._change = work

    def add(self, invited: Invited) -> str:
        """Somebody new, or who was invited before and has not come yet; returns their id. Raises `Conflict`."""
        known, work = self.named(invited.sign_in), self._change
        if known is not None and known.state != "invited":
            raise Conflict(f"There is an account {known.sign_in} already.")
        if invited.external and (other := self.known_as(invited.external)) and (known is None or other.id != known.id):
            raise Conflict("Somebody else is known to the single sign-on by that.")
        reach = {name: given for name, given in (("email", invited.email), ("phone", invited.phone)) if given}
        facts = {
            "name": invited.name, "personal": self._vault.seal(reach) if reach else None, "external": invited.external,
            "updated": work.now,
        }  # fmt: skip
        if known is not None:
            work.execute(persons.update().where(persons.c.id == known.id).values(facts))
            work.execute(grants.update().where(grants.c.person == known.id, grants.c.ended.is_(None)).values(ended=work.now))
            person = known.id
        else:
            person = new_id()
            none = dict.fromkeys(("password", "totp", "totp_step", "seen"))
            made = {"id": person, "sign_in": sign_in_name(invited.sign_in), "state": "invited", "created": work.now}
            work.add(persons, facts | none | made)
        self.grant(person, invited.asked)
        return person

    def grant(self, person: str, asked: NewGrant) -> str:
        """Grant a role, unless they have this very one; returns the grant's id."""
        for known in self.get(person).grants:
            if (known.role, known.party) == (asked.role, asked.party):
                return known.id
        row = {
            "id": new_id(), "person": person, "role": asked.role, "party": asked.party,
            "channels": list(asked.channels) or None, "created": self._change.now, "ended": None,
        }  # fmt: skip
        self._change.add(grants, row)
        return str(row["id"])

    def end_grant(self, person: str, grant: str) -> None:
        """End a grant and, since they act by it, its sessions; raises `NotFound`."""
        which = (grants.c.id == grant, grants.c.person == person, grants.c.ended.is_(None))
        if self._change.execute(grants.update().where(*which).values(ended=self._change.now)).rowcount == 0:
            raise NotFound("There is no such grant, or it has ended already.")

    def change(self, person: str, **facts: object) -> None:
        """Change what is kept of somebody."""
        self._change.execute(persons.update().where(persons.c.id == person).values(updated=self._change.now, **facts))

    def erase(self, person: str) -> None:
        """Forget everything of somebody but their id, which stays in the trail and in what they decided."""
        work, name = self._change, "–"
        work.overwrite()
        gone = dict.fromkeys(("sign_in", "personal", "external", "password", "totp", "totp_step"))
        self.change(person, name=name, state="erased", **gone)
        work.execute(grants.update().where(grants.c.person == person, grants.c.ended.is_(None)).values(ended=work.now))
        work.execute(lines.update().where(lines.c.person == person).values(name=None))
        for table in (passkeys, recovery_codes, sessions, filters):
            work.execute(table.delete().where(table.c.person == person))

    def renew(self) -> int:
        """Bring what is sealed under the newest key; returns how many persons it concerned."""
        query = sa.select(persons.c.id, persons.c.personal, persons.c.totp)
        changed = 0
        for row in self._change.execute(query).all():
            fresh = {name: self._renewed(text) for name, text in (("personal", row.personal), ("totp", row.totp))}
            if facts := {name: text for name, text in fresh.items() if text}:
                self._change.execute(persons.update().where(persons.c.id == row.id).values(facts))
                changed += 1
        for row in self._change.execute(sa.select(filters.c.id, filters.c.sealed)).all():
            if text := self._renewed(row.sealed):
                # One that its owner has changed in the meantime is under the newest key already.
                same = filters.update().where(filters.c.id == row.id, filters.c.sealed == row.sealed)
                self._change.execute(same.values(sealed=text))
        return changed

    def _renewed(self, sealed: str | None) -> str | None:
        try:
            return self._vault.renew(sealed) if sealed else None
        except SealBroken:
            return None
