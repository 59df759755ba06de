"""Finding the deputies whom submissions name."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from services.intake.domain.constituency.deputy import DeputyState
from services.intake.domain.constituency.linking import KnownDeputies, LinkedDeputy
from services.intake.store.constituency.registers import is_kept
from services.intake.store.constituency.tables import deputies, deputy_ties
from services.runtime.store.database import Transaction

_OF_A_GROUP = sa.and_(deputy_ties.c.deputy == deputies.c.code, deputy_ties.c.kind == "groups")
_WORDS: sa.BindParameter[str] = sa.bindparam("words", expanding=True)
_ACTIVE = (
    sa.select(deputies.c.code, deputies.c.name, deputy_ties.c.place)
    .outerjoin(deputy_ties, _OF_A_GROUP)
    .where(deputies.c.state == DeputyState.ACTIVE)
    .order_by(deputies.c.code, deputy_ties.c.place)
)
_CALLED = _ACTIVE.where(sa.or_(deputies.c.code.in_(_WORDS), deputies.c.name.in_(_WORDS)))
#: One opinion names one deputy, which is the hot path.
_ONE = _ACTIVE.where(sa.or_(deputies.c.code == sa.bindparam("word"), deputies.c.name == sa.bindparam("word")))


def known_deputies(work: Transaction, words: Collection[str]) -> KnownDeputies:
    """What the register says to these codes or names; a code goes before names."""
    groups: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    for row in work.fetch(_ONE, {"word": next(iter(words))}) if len(words) == 1 else work.execute(_CALLED, {"words": list(words)}):
        groups[row.code] = (*groups.get(row.code, ()), *([row.place] if row.place else ()))
        names[row.code] = row.name
    linked = {code: LinkedDeputy(code, names[code], belongs) for code, belongs in groups.items()}
    called = {
        word: [linked[word]] if word in linked else [linked[code] for code, name in names.items() if name == word] for word in words
    }
    kept = all(called.values()) or is_kept(work.connection)
    return KnownDeputies(kept, called)
