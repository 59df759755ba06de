"""Tokens, sessions and the audit trail behave alike on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.accounts import managing
from services.accounts.credentials.attempts import FREE
from services.accounts.credentials.once import Purpose
from services.accounts.model import Invited, NewGrant
from services.accounts.signing import signing_in
from services.contracts.errors import NotSignedIn, TooMany
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS
from services.runtime.store.vault import Vault
from services.runtime.web.access import audit
from services.runtime.web.access.audit import AuditEntry, AuditLog
from services.runtime.web.access.sessions import NewSession, Sessions, open_session
from services.runtime.web.access.tokens import TokenAuthenticator
from tests.stores import MakeDatabase
from tests.visitors import KEY, accounts_in

HOURS = timedelta(hours=8)

LINE = AuditEntry("r-1", "intake", "t-1", "reviewer", None, "POST", "/api/v1/opinions/<opinion_id>/accept", "o-1")


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("access", ACCESS)


def test_a_session_lasts_as_long_as_it_says(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", -1.0)
    accounts = accounts_in(database, Vault([KEY]))
    sent = managing.invite(accounts, Invited("wang", "王五", NewGrant("department", "water")))
    person = managing.choose_password(accounts, (sent.link or "").partition("=")[2], Purpose.INVITATION, "four ordinary words")
    sessions, opening = Sessions(TokenAuthenticator(database)), NewSession(person.id, person.grants[0].id, "", HOURS, HOURS)
    secret = accounts.change(lambda work, _: open_session(work, opening))
    opened = sessions.find(secret)
    assert opened.until == clock.instant + HOURS
    clock.instant = opened.until - timedelta(microseconds=1)
    assert (sessions.find(secret).caller.department, opened.caller.name) == ("water", "王五")
    sessions.end(secret)
    with pytest.raises(NotSignedIn):
        sessions.find(secret)


def test_tries_at_the_same_time_all_count(database: Database) -> None:
    accounts = accounts_in(database, Vault([KEY]))
    refused = []

    def guess() -> None:
        try:
            signing_in.by_password(accounts, "wang", "wrong", "")
        except (TooMany, signing_in.WrongSignIn) as error:
            refused.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(FREE + 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused.count(signing_in.WrongSignIn) == FREE
    assert refused.count(TooMany) == 6


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
