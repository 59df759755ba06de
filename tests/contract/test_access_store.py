"""Tokens, sessions and the audit trail behave alike on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.contracts.errors import NotSignedIn
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS
from services.runtime.web import access, audit
from services.runtime.web.access import TokenAuthenticator
from services.runtime.web.audit import AuditEntry, AuditLog
from services.runtime.web.sessions import Sessions
from tests.stores import MakeDatabase

LINE = AuditEntry("r-1", "intake", "t-1", "reviewer", None, "POST", "/api/v1/opinions/<opinion_id>/accept", "o-1")


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("access", ACCESS)


def test_a_session_lasts_as_long_as_it_says(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.CACHE_SECONDS", -1.0)
    _, token = access.create(database, "department", "water", days=1)
    sessions = Sessions(TokenAuthenticator(database))
    secret, opened = sessions.open(token)
    assert sessions.find(secret) == opened
    clock.instant = opened.until - timedelta(microseconds=1)
    assert sessions.find(secret).caller.department == "water"
    sessions.end(secret)
    with pytest.raises(NotSignedIn):
        sessions.find(secret)


def test_lines_of_many_requests_are_all_there_with_how_they_ended(database: Database) -> None:
    audit_log = AuditLog(database)

    def work() -> None:
        for number in range(20):
            audit_log.end(audit_log.begin(LINE), LINE, 200, ["o-1", f"o-{number + 2}"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    lines = audit.listing(database, since=None, wanted={}, limit=1000)
    assert (len(lines), {line["status"] for line in lines}) == (160, {200})
    assert len(audit.listing(database, since=database.clock.now(), wanted={"subject": "o-1"}, limit=1000)) == 80
