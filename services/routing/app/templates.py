"""Templates of answers: a department keeps its own texts, by its clerks, its heads and its programs."""

from __future__ import annotations

from dataclasses import asdict, replace

from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.contracts.people.callers import OF_A_DEPARTMENT, Role
from services.routing.app.context import Routing, routes
from services.routing.domain.templates import MOST_TEMPLATES, AnswerTemplate
from services.routing.schemas.templates import TemplateBody, TemplateListing, TemplateShape
from services.routing.store.templates import TemplateStore, find_template, templates_of
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer

KEEPING = OF_A_DEPARTMENT | {Role.ADMIN}
ALL = f"{API}/departments/<department>/templates"
ONE = f"{ALL}/<template_id>"
UNKNOWN = "There is no such template."


@routes.get(ALL, access=KEEPING, answers={200: TemplateListing})
def list_templates(call: Call[Routing]) -> Answer:
    """List the templates of answers that a department keeps."""
    department = department_of(call)
    with call.service.database.reading() as connection:
        return 200, {"items": list(map(asdict, templates_of(connection, department)))}


@routes.post(
    ALL, access=KEEPING, body=TemplateBody, answers={201: TemplateShape}, made=f"{API}/departments/{{department}}/templates/{{id}}"
)
def add_template(call: Call[Routing]) -> Answer:
    """Keep a new template of answers."""
    department = department_of(call)

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        store = TemplateStore(work)
        if store.count(department) >= MOST_TEMPLATES:
            raise Conflict(f"A department keeps at most {MOST_TEMPLATES} templates. Remove one first.")
        template = AnswerTemplate(new_id(), department, call.body["title"], call.body["content"], work.now)
        store.add(template)
        return 201, asdict(template)

    return once(call.service.database, call.idempotency_key, f"POST /templates {department}", call.body, act)


@routes.get(ONE, access=KEEPING, answers={200: TemplateShape}, versioned=True)
def read_template(call: Call[Routing]) -> Answer:
    """Read a template of answers."""
    return 200, asdict(found(call))


@routes.put(ONE, access=KEEPING, body=TemplateBody, answers={200: TemplateShape}, versioned=True)
def change_template(call: Call[Routing]) -> Answer:
    """Change a template of answers. Answers that were given with it stay as they are."""
    department = department_of(call)

    def unit(work: Transaction) -> AnswerTemplate:
        store = TemplateStore(work)
        before = _held(call, store, department)
        changed = replace(before, title=call.body["title"], content=call.body["content"], updated=work.now)
        store.change(changed)
        return changed

    return 200, asdict(call.service.database.write(unit))


@routes.delete(ONE, access=KEEPING, answers={200: TemplateShape}, versioned=True)
def remove_template(call: Call[Routing]) -> Answer:
    """Remove a template of answers; answers with it for the last time."""
    department = department_of(call)

    def unit(work: Transaction) -> AnswerTemplate:
        store = TemplateStore(work)
        gone = _held(call, store, department)
        store.remove(gone)
        return gone

    return 200, asdict(call.service.database.write(unit))


def department_of(call: Call[Routing]) -> str:
    """The department whose templates a call is about. Raises `NotFound`, and `NotAllowed` for another's than the caller's own."""
    own = call.caller.department
    named = call.path.get("department", own)
    if named is None or (own is None and named not in call.service.catalogue.departments):
        raise NotFound("There is no such department.")
    if own not in (None, named):
        raise NotAllowed("A department keeps its own templates only.")
    return named


def found(call: Call[Routing]) -> AnswerTemplate:
    """The template that a call names; raises `NotFound`, for another department's as well."""
    department = department_of(call)
    with call.service.database.reading() as connection:
        return _own(find_template(connection, call.path["template_id"]), department)


def _held(call: Call[Routing], store: TemplateStore, department: str) -> AnswerTemplate:
    held = _own(store.held(call.path["template_id"]), department)
    call.expect({"updated": held.updated})
    return held


def _own(template: AnswerTemplate | None, department: str) -> AnswerTemplate:
    if template is None or template.department != department:
        raise NotFound(UNKNOWN)
    return template
