"""Tokens, sessions and the audit trail behave alike on SQLite and on PostgreSQL, also on a store that was made before they were."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.errors import NotSignedIn
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, migrate
from services.runtime.web import access, audit
from services.runtime.web.access import Gatekeeper, Role
from services.runtime.web.audit import Line, Scribe
from services.runtime.web.sessions import Sessions
from tests.conftest import MakeDatabase

LINE = Line("r-1", "intake", "t-1", "reviewer", None, "POST", "/api/v1/opinions/<opinion_id>/accept", "o-1")


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("access", ACCESS)


def test_a_token_from_before_has_no_end_and_no_last_use_and_is_still_good(any_database: MakeDatabase) -> None:
    database = any_database("access")
    with database.engine.begin() as connection:
        connection.execute(sa.text(
            "CREATE TABLE tokens (id VARCHAR(36) PRIMARY KEY, hash VARCHAR(64) NOT NULL UNIQUE, role VARCHAR(16) NOT NULL,"
            " department VARCHAR(40), created BIGINT NOT NULL, revoked BIGINT)"
        ))  # fmt: skip
        connection.execute(sa.text("CREATE TABLE version_access (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO version_access VALUES ('0001')"))
        row = {"id": "t-1", "hash": access.digest("hy_old"), "created": 1}
        connection.execute(sa.text("INSERT INTO tokens (id, hash, role, created) VALUES (:id, :hash, 'admin', :created)"), row)
    migrate(database, ACCESS, "access")
    assert Gatekeeper(database).caller("Bearer hy_old").role is Role.ADMIN
    (listed,) = access.listing(database)
    assert (listed["expires"], listed["used"]) == (None, database.clock.now())


def test_a_session_lasts_as_long_as_it_says(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.CACHE_SECONDS", -1.0)
    _, token = access.create(database, "department", "water", days=1)
    sessions = Sessions(Gatekeeper(database))
    secret, opened = sessions.open(token)
    assert sessions.find(secret) == opened
    clock.instant = opened.until - timedelta(microseconds=1)
    assert sessions.find(secret).caller.department == "water"
    sessions.end(secret)
    with pytest.raises(NotSignedIn):
        sessions.find(secret)


def test_lines_of_many_requests_are_all_there_with_how_they_ended(database: Database) -> None:
    scribe = Scribe(database)

    def work() -> None:
        for number in range(20):
            scribe.end(scribe.begin(LINE), LINE, 200, ["o-1", f"o-{number + 2}"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scribe.close()
    lines = audit.listing(database, since=None, wanted={}, limit=1000)
    assert (len(lines), {line["status"] for line in lines}) == (160, {200})
    assert len(audit.listing(database, since=database.clock.now(), wanted={"subject": "o-1"}, limit=1000)) == 80
