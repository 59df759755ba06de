"""Who told an opinion, signed it or passed it on: sealed in the column `personal`, one text a row.

Rows from before this was so hold it in columns of its own; they are read as they are until they have been sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from services.intake.store.tables import opinions, signers
from services.runtime.store.vault import Vault

Row = Mapping[str, Any]
#: The personal fields of a row, by its table.
OF_OPINION, OF_SIGNER = ("submitter", "relay", "deputy"), ("name", "phone", "email")
#: What JSON columns hold that were given nothing; as a literal, so that both databases see that the partial index fits.
_NOTHING: sa.ColumnElement[str] = sa.literal_column("'null'")


def put_away(vault: Vault, row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """The row as it is stored: without its personal fields, and with all that they say sealed; None when they say nothing."""
    told = {name: row[name] for name in names if row.get(name)}
    rest = {name: value for name, value in row.items() if name not in names}
    return {**rest, "personal": vault.seal(told) if told else None}


def take_out(vault: Vault, row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """The personal fields of a stored row, None for what it does not say; raises `SealBroken`."""
    told = vault.open(row["personal"]) if row["personal"] else {name: row.get(name) for name in names}
    return {name: told.get(name) or None for name in names}


def is_personal(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row says anything of a person, sealed or not."""
    return table.c.personal.is_not(None) | is_open(table)


def is_open(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row says it in columns that everybody with the file can read."""
    columns = [table.c[name] for name in (OF_OPINION if table is opinions else OF_SIGNER)]
    return sa.or_(*(sa.cast(column, sa.Text) != _NOTHING if _is_json(column) else column.is_not(None) for column in columns))


def emptied(table: sa.Table) -> dict[str, Any]:
    """The values that leave nothing in those columns."""
    return {name: sa.null() for name in (OF_OPINION if table is opinions else OF_SIGNER)}


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


#: Only rows that have yet to be sealed: a look for them costs what there is to be done, not what exists.
for _about in (opinions.c.id, signers.c.opinion):
    _open = is_open(_about.table)
    sa.Index(f"{_about.table.name}_open_persons", _about, sqlite_where=_open, postgresql_where=_open)
