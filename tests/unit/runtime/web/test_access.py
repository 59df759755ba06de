from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.contracts.errors import Invalid, NotFound, NotSignedIn
from services.contracts.people.callers import NOBODY, Role
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS
from services.runtime.web.access import tokens as access
from services.runtime.web.access.tokens import PREFIX, TokenAuthenticator, create, listing, revoke
from tests.stores import MakeDatabase


@pytest.fixture
def database(sqlite_database: MakeDatabase) -> Database:
    return sqlite_database("access", ACCESS)


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.HEAD])
def test_a_token_opens_the_door_for_its_role(database: Database, role: Role) -> None:
    token_id, token = create(database, role, "water")
    caller = TokenAuthenticator(database).caller(f"Bearer {token}")
    assert (caller.role, caller.department, caller.token) == (role, "water", token_id)
    assert token.startswith(PREFIX)
    assert TokenAuthenticator(database).caller(f"bearer  {token} ") == caller


def test_the_token_itself_is_not_in_the_store(database: Database) -> None:
    _, token = create(database, "admin", None)
    with database.reading() as connection:
        rows = connection.execute(sa.select(access.tokens)).all()
    assert token not in str(rows)
    assert all("hash" not in row for row in listing(database))


def test_tokens_are_listed_newest_first(database: Database) -> None:
    ids = [create(database, role, None)[0] for role in ("admin", "reviewer", "scraper")]
    assert sorted((row["id"] for row in listing(database)), reverse=True) == [row["id"] for row in listing(database)]
    assert {row["id"] for row in listing(database)} == set(ids)


@pytest.mark.parametrize(("role", "department", "field"), [
    ("king", None, "role"), ("", None, "role"), ("department", None, "department"), ("admin", "water", "department"),
    ("head", None, "department"),
])  # fmt: skip
def test_a_token_needs_a_role_and_a_department_only_for_departments(
    database: Database, role: str, department: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        create(database, role, department)
    assert list(caught.value.errors) == [field]


def test_nobody_calls_without_a_header(database: Database) -> None:
    assert TokenAuthenticator(database).caller(None) is NOBODY
    assert TokenAuthenticator(database).caller("") is NOBODY


@pytest.mark.parametrize("header", ["Bearer", "Basic x", "Bearer hy_unknown", "Bearer  "])
def test_a_header_that_is_no_good_is_refused(database: Database, header: str) -> None:
    with pytest.raises(NotSignedIn):
        TokenAuthenticator(database).caller(header)


def test_a_revoked_token_is_refused_once_the_memory_of_it_has_faded(database: Database, own_time: Callable[..., None]) -> None:
    moment = [1000.0]
    own_time(access, monotonic=lambda: moment[0])
    token_id, token = create(database, "admin", None)
    authenticator = TokenAuthenticator(database)
    authenticator.caller(f"Bearer {token}")
    revoke(database, token_id)
    moment[0] += 1.9
    assert authenticator.caller(f"Bearer {token}").role is Role.ADMIN
    moment[0] += 0.2
    with pytest.raises(NotSignedIn, match="revoked"):
        authenticator.caller(f"Bearer {token}")


def test_a_token_with_days_expires_and_says_when(database: Database, clock: FixedClock) -> None:
    _, token = create(database, "reviewer", None, days=30)
    clock.instant += timedelta(days=30, microseconds=-1)
    assert TokenAuthenticator(database).caller(f"Bearer {token}").role is Role.REVIEWER
    clock.instant += timedelta(microseconds=1)
    with pytest.raises(NotSignedIn, match="expired at 2026-12-23T09:30:00"):
        TokenAuthenticator(database).caller(f"Bearer {token}")


def test_a_token_without_days_is_good_until_it_is_revoked(database: Database, clock: FixedClock) -> None:
    _, token = create(database, "reviewer", None)
    clock.instant += timedelta(days=36_500)
    assert TokenAuthenticator(database).caller(f"Bearer {token}").role is Role.REVIEWER
    assert listing(database)[0]["expires"] is None


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_a_token_is_good_for_a_day_at_least(database: Database, days: int) -> None:
    with pytest.raises(Invalid) as caught:
        create(database, "reviewer", None, days)
    assert list(caught.value.errors) == ["days"]


def test_the_last_use_is_written_once_a_minute_however_often_a_token_is_used(
    database: Database, clock: FixedClock, own_time: Callable[..., None]
) -> None:
    moment, written = [1000.0], list[str]()
    own_time(access, monotonic=lambda: moment[0])
    sa.event.listen(database.engine, "before_cursor_execute", lambda *given: written.append(given[2]))
    _, token = create(database, "admin", None)
    assert listing(database)[0]["used"] is None
    authenticator = TokenAuthenticator(database)
    for _ in range(1200):
        authenticator.caller(f"Bearer {token}")
        moment[0] += 0.1
        clock.instant += timedelta(seconds=0.1)
    database.close()
    assert sum(statement.startswith("UPDATE tokens") for statement in written) == 2
    assert (clock.instant - listing(database)[0]["used"]) < timedelta(minutes=1, seconds=5)


def test_four_services_write_one_use_between_them(database: Database, clock: FixedClock) -> None:
    _, token = create(database, "admin", None)

    def use() -> datetime | None:
        TokenAuthenticator(database).caller(f"Bearer {token}")
        database.close()
        used: datetime | None = listing(database)[0]["used"]
        return used

    first = use()
    clock.instant += timedelta(seconds=30)
    assert {use() for _ in range(3)} == {first}
    clock.instant += timedelta(seconds=31)
    assert use() == clock.instant


def test_a_store_that_only_reads_lets_tokens_in_all_the_same(database: Database) -> None:
    _, token = create(database, "admin", None)
    database.close()
    sa.event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    assert TokenAuthenticator(database).caller(f"Bearer {token}").role is Role.ADMIN
    database.close()
    assert listing(database)[0]["used"] is None


def test_a_token_is_revoked_once(database: Database) -> None:
    token_id, _ = create(database, "admin", None)
    revoke(database, token_id)
    for unknown in (token_id, "nothing"):
        with pytest.raises(NotFound):
            revoke(database, unknown)
    assert listing(database)[0]["revoked"] is not None


def test_a_store_that_is_away_is_no_reason_to_call_a_token_bad(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    _, token = create(database, "admin", None)
    monkeypatch.setattr(database, "reading", away)
    with pytest.raises(OperationalError):
        TokenAuthenticator(database).caller(f"Bearer {token}")


@pytest.mark.slow
def test_many_threads_ask_one_gatekeeper(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", 0.0)
    made = [create(database, "department", f"d{number}") for number in range(4)]
    authenticator, wrong = TokenAuthenticator(database), list[object]()

    def ask(number: int) -> None:
        for _ in range(50):
            caller = authenticator.caller(f"Bearer {made[number % 4][1]}")
            if caller.department != f"d{number % 4}":
                wrong.append(caller)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
