"""The persons of an opinion and where it is: sealed in the column `personal`, one text a row.

Rows from before this was so hold it in columns of its own; they are read as they are until they have been sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from services.intake.domain.location import Location
from services.intake.domain.people import Person, Persons, RelayStep
from services.intake.domain.submission.submission import as_given
from services.intake.store.columns import StoredRow
from services.intake.store.tables import opinions, signers
from services.runtime.store.vault import Vault

#: The personal fields of a row, by its table.
OF_OPINION, OF_SIGNER = ("submitter", "relay", "deputy"), ("name", "phone", "email")
#: What JSON columns hold that were given nothing; as a literal, so that both databases see that the partial index fits.
_NOTHING: sa.ColumnElement[str] = sa.literal_column("'null'")


def seal_persons(vault: Vault, persons: Persons) -> str | None:
    """Who told an opinion, as it is kept; None when nothing is said of them."""
    submitter = as_given(persons.submitter) if persons.submitter else None
    relay = [as_given(each) if isinstance(each, RelayStep) else each for each in persons.relay or ()]
    location = as_given(persons.location) if persons.location else None
    return seal(vault, {"submitter": submitter, "relay": relay, "deputy": persons.deputy, "location": location})


def seal_signer(vault: Vault, person: Person) -> str | None:
    """Who signed an opinion, as it is kept; None when nothing is said of them but their kind."""
    return seal(vault, {"name": person.name, "phone": person.phone, "email": person.email})


def seal(vault: Vault, told: Mapping[str, object]) -> str | None:
    """The personal fields of a row as one sealed text; None when they say nothing."""
    kept = {name: value for name, value in told.items() if value}
    return vault.seal(kept) if kept else None


def persons_of(vault: Vault, row: StoredRow) -> Persons:
    """Who told a stored opinion; raises `SealBroken`."""
    told = _told(vault, row, OF_OPINION)
    relay, location = told.get("relay"), told.get("location")
    return Persons(
        submitter_of(told.get("submitter")),
        tuple(RelayStep(**each) if isinstance(each, dict) else each for each in relay) if relay else None,
        told.get("deputy") or None,
        Location(**location) if location else None,
    )


def signer_of(vault: Vault, row: StoredRow, kind: str = "") -> Person:
    """Who signed a stored opinion; raises `SealBroken`."""
    told = _told(vault, row, OF_SIGNER)
    return Person(kind, *(told.get(name) or None for name in OF_SIGNER))


def submitter_of(told: Mapping[str, str] | None) -> Person | None:
    """Who submitted an opinion, of what is kept of them."""
    return Person(**told) if told else None


def told_by_submitter(vault: Vault, row: StoredRow) -> Person | None:
    """Who submitted an opinion, of a row with `personal` and `submitter`; raises `SealBroken`."""
    return submitter_of(_told(vault, row, ("submitter",)).get("submitter"))


def _told(vault: Vault, row: StoredRow, names: tuple[str, ...]) -> dict[str, Any]:
    told: dict[str, Any] = vault.open(row.personal) if row.personal else {name: getattr(row, name) for name in names}
    return told


def is_personal(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row says anything of a person, sealed or not."""
    return table.c.personal.is_not(None) | is_open(table)


def is_open(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row says it in columns that everybody with the file can read."""
    columns = [table.c[name] for name in (OF_OPINION if table is opinions else OF_SIGNER)]
    return sa.or_(*(sa.cast(column, sa.Text) != _NOTHING if _is_json(column) else column.is_not(None) for column in columns))


def emptied(table: sa.Table) -> dict[str, sa.Null]:
    """The values that leave nothing in those columns."""
    return {name: sa.null() for name in (OF_OPINION if table is opinions else OF_SIGNER)}


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


#: Only rows that have yet to be sealed: a look for them costs what there is to be done, not what exists.
for _about in (opinions.c.id, signers.c.opinion):
    _open = is_open(_about.table)
    sa.Index(f"{_about.table.name}_open_persons", _about, sqlite_where=_open, postgresql_where=_open)
