"""The templates of answers that departments keep."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.domain.templates import LONGEST_TITLE, AnswerTemplate
from services.routing.store.tables import tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.nouns import NounTable

answer_templates = sa.Table(
    "answer_templates",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("title", sa.String(LONGEST_TITLE), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Index("answer_templates_department", "department", "title"),
)
TEMPLATES = NounTable(answer_templates, AnswerTemplate)
_THIS = answer_templates.c.id == sa.bindparam("this")
_NUMBER = sa.select(sa.func.count()).where(answer_templates.c.department == sa.bindparam("department"))
_BY_TITLE = (answer_templates.c.title, answer_templates.c.id)


class TemplateLine(NamedTuple):
    """A template as a list shows it."""

    id: str
    title: str
    beginning: str


class TemplateStore:
    """Templates within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def count(self, department: str) -> int:
        """How many a department keeps."""
        return int(self._work.execute(_NUMBER, {"department": department}).scalar_one())

    def held(self, template: str) -> AnswerTemplate | None:
        """One of them, which nobody else changes until the commit."""
        return TEMPLATES.first(self._work.execute(TEMPLATES.query.where(_THIS).with_for_update(), {"this": template}))

    def add(self, template: AnswerTemplate) -> None:
        """Keep a new one."""
        self._work.add(answer_templates, dict(zip(TEMPLATES.names, TEMPLATES.values(template), strict=True)))

    def change(self, template: AnswerTemplate) -> None:
        """Keep what is said in one now."""
        changed = {"title": template.title, "content": template.content, "updated": template.updated}
        self._work.execute(answer_templates.update().where(_THIS).values(changed), {"this": template.id})

    def remove(self, template: AnswerTemplate) -> None:
        """Keep one no longer."""
        self._work.execute(answer_templates.delete().where(_THIS), {"this": template.id})


def find_template(connection: Connection, template: str) -> AnswerTemplate | None:
    """One of the templates."""
    return TEMPLATES.first(connection.execute(TEMPLATES.query.where(_THIS), {"this": template}))


def templates_of(connection: Connection, department: str) -> list[AnswerTemplate]:
    """What a department keeps, by title."""
    query = TEMPLATES.query.where(answer_templates.c.department == department).order_by(*_BY_TITLE)
    return TEMPLATES.all(connection.execute(query))


def beginnings_of(connection: Connection, department: str, letters: int) -> list[TemplateLine]:
    """What a department keeps, by title, each with the first letters of its text."""
    table = answer_templates.c
    query = sa.select(table.id, table.title, sa.func.substr(table.content, 1, letters)).where(table.department == department)
    return [TemplateLine(*each) for each in connection.execute(query.order_by(*_BY_TITLE))]


def titles_of(connection: Connection, department: str) -> list[tuple[str, str]]:
    """Ids and titles of what a department keeps, by title."""
    table = answer_templates.c
    query = sa.select(table.id, table.title).where(table.department == department).order_by(*_BY_TITLE)
    return [(each, title) for each, title in connection.execute(query)]
