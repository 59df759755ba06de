"""Filters of lists that somebody keeps under names of their own; sealed, because what is looked for may be a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.accounts.context import Accounts
from services.accounts.tables import filters
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.lists import LISTS
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.vault import SealBroken, Vault
from services.runtime.web.access.people import persons

#: How many one person may keep, and how long an address may be.
MOST: Final = 20
LONGEST_ADDRESS: Final = 2_000
_FIELDS: Final = 50


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter of a list under the name that its owner gave it; `query` is what its address says behind the path."""

    id: str
    list: str
    name: str
    query: str

    @property
    def address(self) -> str:
        """Where it leads: always to a list of this site."""
        return f"{self.list}?{self.query}"


def narrowed(address: str) -> tuple[str, str]:
    """The list and the query of an address that can be kept; raises `Invalid` for every other."""
    path, _, query = address.partition("?")
    names = LISTS.get(path, ()) if len(address) <= LONGEST_ADDRESS else ()
    try:
        given = parse_qsl(query, max_num_fields=_FIELDS)
    except ValueError:
        given = []
    kept = [(name, value) for name, value in given if name in names and value.isprintable()]
    text = urlencode(kept)
    # What was typed grows by being written as an address.
    if not kept or len(path) + 1 + len(text) > LONGEST_ADDRESS:
        raise Invalid("There is nothing to keep in this address.", {"address": ["a list of this site, narrowed to something"]})
    return path, text


def filters_of(accounts: Accounts, person: str, of: str | None = None) -> list[SavedFilter]:
    """What somebody keeps, of one list or of all, in the order in which it was saved."""
    with accounts.access.reading() as connection:
        return [each for each in _kept(connection, accounts.vault, person) if of in (None, each.list)]


def save(accounts: Accounts, person: str, name: str, address: str) -> SavedFilter:
    """Keep what an address says under a name, in place of what the list had under it. Raises `Invalid`, `Conflict`."""
    path, query = narrowed(address)

    def unit(work: Transaction) -> SavedFilter:
        known = _held(work, accounts.vault, person)
        same = next((each for each in known if (each.list, each.name) == (path, name)), None)
        if same is None and len(known) >= MOST:
            raise Conflict(f"There are {MOST} filters already; remove one first.")
        found = SavedFilter(same.id if same else new_id(), path, name, query)
        sealed = accounts.vault.seal({"name": name, "query": query})
        if same is not None:
            work.execute(filters.update().where(filters.c.id == same.id).values(sealed=sealed))
        else:
            work.add(filters, {"id": found.id, "person": person, "list": path, "sealed": sealed})
        return found

    return accounts.access.write(unit)


def rename(accounts: Accounts, person: str, which: str, name: str) -> None:
    """Call a filter something else; raises `NotFound`, and `Conflict` for the name of another one of its list."""

    def unit(work: Transaction) -> None:
        known = _held(work, accounts.vault, person)
        mine = next((each for each in known if each.id == which), None)
        if mine is None:
            raise NotFound("There is no such filter.")
        if any((each.list, each.name) == (mine.list, name) and each.id != which for each in known):
            raise Conflict("Another filter of this list is called that.")
        sealed = accounts.vault.seal({"name": name, "query": mine.query})
        work.execute(filters.update().where(filters.c.id == which).values(sealed=sealed))

    accounts.access.write(unit)


def remove(accounts: Accounts, person: str, which: str) -> None:
    """Keep a filter no longer; removing it again changes nothing."""
    accounts.access.write(lambda work: work.execute(filters.delete().where(filters.c.id == which, filters.c.person == person)))


def by_list(found: Sequence[SavedFilter]) -> Mapping[str, Sequence[SavedFilter]]:
    """What somebody keeps, by the list that it is of."""
    return {path: own for path in LISTS if (own := [each for each in found if each.list == path])}


def _held(work: Transaction, vault: Vault, person: str) -> list[SavedFilter]:
    # Their owner is held, so that two windows do not both save the last one.
    work.execute(sa.select(persons.c.id).where(persons.c.id == person).with_for_update())
    return _kept(work, vault, person)


def _kept(work: Transaction | Connection, vault: Vault, person: str) -> list[SavedFilter]:
    query = sa.select(filters.c.id, filters.c.list, filters.c.sealed).where(filters.c.person == person).order_by(filters.c.id)
    found = [(row.id, row.list, _opened(vault, row.sealed)) for row in work.execute(query)]
    return [SavedFilter(which, of, facts["name"], facts["query"]) for which, of, facts in found if facts]


def _opened(vault: Vault, sealed: str) -> Mapping[str, str]:
    try:
        facts: Mapping[str, str] = vault.open(sealed)
    except SealBroken:
        return {}
    return facts
