"""The work itself, the same for all of them: they differ in nothing but how it is passed on."""

from __future__ import annotations

import uuid
from typing import NamedTuple

import orjson

from benchmarks.traffic.opinions import SUBJECTS

DEPARTMENTS = (
    "water", "roads", "housing", "cleaning", "environment", "health", "market", "education", "labour", "civil", "culture", "sports",
)  # fmt: skip
#: The department of each subject, in the order of the subjects.
RESPONSIBLE = (
    "water", "water", "water", "roads", "roads", "roads", "roads", "roads", "housing", "housing", "housing", "housing", "cleaning",
    "environment", "environment", "environment", "environment", "health", "health", "market", "education", "education", "education",
    "labour", "labour", "civil", "civil", "market", "culture", "sports",
)  # fmt: skip
RULES = tuple((subject, department) for (subject, _), department in zip(SUBJECTS, RESPONSIBLE, strict=True))
#: The longest texts by field.
LONGEST = {"title": 120, "content": 20_000, "channel": 20}
TASKS = "opinions"

TABLES = """
CREATE TABLE opinions (
    id uuid PRIMARY KEY, title text NOT NULL, content text NOT NULL, channel text NOT NULL,
    submitted timestamptz NOT NULL DEFAULT now());
CREATE TABLE assignments (
    opinion uuid PRIMARY KEY, department text NOT NULL, rule text NOT NULL, created timestamptz NOT NULL DEFAULT now());
CREATE TABLE outbox (opinion uuid PRIMARY KEY, body bytea NOT NULL);
"""
STORED = """
INSERT INTO opinions (id, title, content, channel)
    SELECT gen_random_uuid(), 'title ' || n, repeat('content ', 110), 'web' FROM generate_series(1, %(count)s) AS n;
INSERT INTO assignments (opinion, department, rule) SELECT id, 'water', 'none' FROM opinions;
"""
STORE = "INSERT INTO opinions (id, title, content, channel) VALUES (%s, %s, %s, %s)"
ASSIGN = "INSERT INTO assignments (opinion, department, rule) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


class Opinion(NamedTuple):
    """An opinion with the id that it was given."""

    id: str
    title: str
    content: str
    channel: str


class Assignment(NamedTuple):
    """An opinion's department, and the word that decided."""

    opinion: str
    department: str
    rule: str

    @property
    def queue(self) -> str:
        """The department's queue."""
        return f"department.{self.department}"


class Invalid(Exception):
    """What was sent is no opinion; the text says why."""


def read(body: bytes) -> Opinion:
    """The opinion in the body of a request."""
    try:
        form = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Invalid(str(error)) from error
    if not isinstance(form, dict):
        raise Invalid("an object is needed")
    for field, longest in LONGEST.items():
        value = form.get(field)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise Invalid(f"{field}: a text of 1 to {longest} characters is needed")
    return Opinion(str(uuid.uuid4()), form["title"], form["content"], form["channel"])


def route(opinion: str, title: str, content: str) -> Assignment:
    """The department whose word comes first in the table."""
    for word, department in RULES:
        if word in title or word in content:
            return Assignment(opinion, department, word)
    return Assignment(opinion, DEPARTMENTS[0], "")


def message(assignment: Assignment, title: str, content: str) -> bytes:
    """What the department hears: a CloudEvent of 1.3 KB."""
    return orjson.dumps({
        "specversion": "1.0", "id": f"{assignment.opinion}.1", "source": "/routing", "type": "assignment.created",
        "subject": assignment.opinion, "datacontenttype": "application/json",
        "data": {
            "department": assignment.department, "role": "lead", "why": {"rule": assignment.rule},
            "opinion": {"id": assignment.opinion, "title": title, "content": content},
        },
    })  # fmt: skip
