"""What the office can do about an opinion now, as links to the pages that do it: by role and by where the opinion stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from services.contracts.lifecycle import State
from services.contracts.people.callers import OFFICE, Role
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS
from services.intake.domain.opinion import Opinion


class OfficeAct(NamedTuple):
    """A page that does something about an opinion: what it does, its address, for whom, and for which opinions."""

    name: Phrase
    path: str
    roles: frozenset[Role]
    fits: Callable[[Opinion], bool]


#: In the order of the page. What a department, its head and those who rule do stands in routing's part of the page.
ACTS: Final[Sequence[OfficeAct]] = (
    OfficeAct(
        Phrase("Accept it, ask for more, decline it or merge it"), "/reviews/{}", REVIEWERS, lambda each: each.state.is_in_review
    ),
    OfficeAct(
        Phrase("Name its department"), "/doubtful", OFFICE, lambda each: each.state is State.ACCEPTED and each.department is None
    ),
    OfficeAct(Phrase("Decide on what is public of it"), "/publications/{}", REVIEWERS, lambda each: each.publication is not None),
)  # fmt: skip


def acts_on(opinion: Opinion, role: Role | None) -> list[tuple[Phrase, str]]:
    """The links for somebody with a role."""
    return [(act.name, act.path.format(opinion.id)) for act in ACTS if role in act.roles and act.fits(opinion)]
