"""What can be done about an assignment now, as links to the forms that do it: by who reads of it and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.contracts.people.callers import Caller, Role
from services.design.phrases import Phrase
from services.routing.app.context import RULING
from services.routing.domain.assignment import Assignment
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.pages.desk.filters import DESK
from services.routing.pages.desk.forms import FORMS
from services.runtime.web.lists.paging import cursor_of

#: A link: what it is called, and where it leads.
Act = tuple[Phrase, str]


def acts_on(each: Assignment, promised: Sequence[TrackedPromise], catalogue: Catalogue, caller: Caller) -> list[Act]:
    """The links for somebody who reads of an assignment, the most usual one first."""
    if caller.role is Role.DEPARTMENT and caller.department == each.department:
        return _of_its_department(each, promised, catalogue)
    if caller.role is Role.HEAD and caller.department == each.department:
        return [(Phrase("Open it on the desk"), f"{DESK}/{each.id}")]
    if caller.role in RULING:
        asked = (
            ("objection", each.state is State.OBJECTED, Phrase("Rule on the objection")),
            ("extension", each.asked_until is not None, Phrase("Rule on more time")),
        )
        # The list has pages: this one begins with what is asked for.
        page = f"/rulings?cursor={cursor_of(each.id[:-1])}"
        return [(name, f"{page}#asked-{each.id}-{about}") for about, is_asked, name in asked if is_asked]
    return []


def _of_its_department(each: Assignment, promised: Sequence[TrackedPromise], catalogue: Catalogue) -> list[Act]:
    allowed = each.verbs_now(catalogue, promised)
    found = [(form.name, f"{DESK}/{each.id}#{form.verb}") for form in FORMS if form.verb in allowed]
    return found or [(Phrase("Open it on the desk"), f"{DESK}/{each.id}")]
