"""What the form of an answer takes of the department's templates: one is chosen, and its text put behind what was typed."""

from __future__ import annotations

from collections.abc import Mapping

import flask
from sqlalchemy.engine import Connection

from services.contracts.errors import NotFound
from services.routing.app.context import Routing
from services.routing.app.templates import UNKNOWN
from services.routing.domain.templates import KnownFacts, put_behind
from services.routing.pages.desk.filters import DESK
from services.routing.pages.desk.signing import ACTING
from services.routing.pages.paper import department_name, local
from services.routing.store.reading import find
from services.routing.store.templates import find_template
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import PAGE_HEADERS, error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: The verb whose form has them, the field that they go to, the choice among them, and the button that puts one in.
VERB, INTO, CHOSEN, PUT = "reply", "reply-content", "reply-template", "put"


@routes.get(f"{DESK}/<assignment_id>/templates/<template_id>", access=ACTING, gives=("text/plain",), page=error_page)
def text(call: Call[Routing]) -> Answer:
    """A template as it reads for an assignment, to be put in without loading the page again."""
    with call.service.database.reading() as connection:
        found = _text(call, connection, call.path["template_id"])
    if found is None:
        raise NotFound(UNKNOWN)
    return flask.Response(found, content_type="text/plain; charset=utf-8", headers=PAGE_HEADERS)


def with_text(call: Call[Routing], given: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed, with the template that was chosen behind it; unchanged where none was, or it is there no more."""
    with call.service.database.reading() as connection:
        found = _text(call, connection, given[CHOSEN])
    return {**given, INTO: put_behind(given[INTO], found), CHOSEN: ""} if found else given


def _text(call: Call[Routing], connection: Connection, template_id: str) -> str | None:
    service, each = call.service, find(connection, call.path["assignment_id"])
    template = find_template(connection, template_id)
    if each is None or template is None or not (each.department == template.department == call.caller.department):
        return None
    catalogue, now = service.catalogue, service.database.clock.now()
    name = department_name(each.department, catalogue)
    days = (local(instant, catalogue).date() for instant in (each.created, now))
    return template.filled(KnownFacts(each.title, each.opinion, name, *days))
