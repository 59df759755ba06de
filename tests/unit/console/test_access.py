import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.console.main import main
from services.contracts.people.grants import GRANTABLE
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import migrate_access
from services.runtime.web.access.audit import AuditEntry, AuditLog
from services.runtime.web.access.tokens import TokenAuthenticator

SEEN = AuditEntry("r-1", "intake", "t-1", "reviewer", None, "GET", "/api/v1/opinions/<opinion_id>", "o-1")
DONE = AuditEntry("r-2", "routing", "t-2", "department", "water", "POST", "/api/v1/assignments/<assignment_id>/sign", "a-1")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/access.db"
    migrate_access(url)
    monkeypatch.setenv("HUIYING_ACCESS_DATABASE_URL", url)
    monkeypatch.setenv("HUIYING_VAR", str(tmp_path / "var"))
    return url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def shown(*arguments):
    answer = run(*arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_a_token_is_made_with_an_end_and_listed_with_it(url: str) -> None:
    made = shown("token", "create", "--role", "reviewer", "--days", "90")
    (row,) = shown("token", "list")
    assert (row["id"], row["used"], row["revoked"], made["days"]) == (made["id"], None, None, 90)
    assert datetime.fromisoformat(row["expires"]) - datetime.fromisoformat(row["created"]) == timedelta(days=90)
    database = Database(url, "access", SystemClock())
    TokenAuthenticator(database).caller(f"Bearer {made['token']}")
    database.close()
    assert shown("token", "list")[0]["used"] >= row["created"]
    table = run("token", "list").output
    assert "最近使用" in table
    assert made["token"] not in table


@pytest.mark.parametrize("options", [("--days", "0"), ("--days", "many"), ("--role", "king"), ("--department", "water-supply")])
def test_a_token_that_makes_no_sense_is_refused(url: str, options: tuple[str, str]) -> None:
    assert run("token", "create", "--role", "reviewer", *options).exit_code != 0
    assert shown("token", "list") == []


@pytest.mark.parametrize("role", ["department", "head"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("water-suply", "Did you mean water-supply"), ("housin", "Did you mean housing?"), ("县水利局", "Did you mean water?"),
        ("xyz", "There are housing, transport, "), ("", "There are housing, transport, "),
    ],
)  # fmt: skip
def test_a_department_that_the_catalogue_lacks_is_refused_with_those_that_may_be_meant(
    url: str, role: str, written: str, meant: str
) -> None:
    answer = run("token", "create", "--role", role, "--department", written)
    assert answer.exit_code == 1
    assert meant in " ".join(answer.output.split())
    assert shown("token", "list") == []


def test_a_head_acts_for_a_department(url: str) -> None:
    assert run("token", "create", "--role", "head").exit_code == 1
    assert shown("token", "create", "--role", "head", "--department", "water-supply")["department"] == "water-supply"


def test_a_revoked_token_is_listed_as_such(url: str) -> None:
    token_id = shown("token", "create", "--role", "admin")["id"]
    assert run("token", "revoke", token_id).exit_code == 0
    assert run("token", "revoke", token_id).exit_code == 1
    assert shown("token", "list")[0]["revoked"]


class TestAudit:
    @pytest.fixture(autouse=True)
    def trail(self, url: str) -> None:
        database = Database(url, "access", SystemClock())
        audit_log = AuditLog(database)
        audit_log.end(audit_log.begin(SEEN), SEEN, 200, [])
        audit_log.begin(DONE)
        database.close()

    def test_it_tells_who_did_what_oldest_first(self) -> None:
        assert [(line["subject"], line["status"]) for line in shown("audit")] == [("o-1", 200), ("a-1", None)]
        table = run("audit").output
        assert "department water" in table
        assert "POST /api/v1/assignments/<assignment_id>/sign" in table

    @pytest.mark.parametrize(("options", "subjects"), [
        (("--token", "t-1"), ["o-1"]), (("--subject", "a-1"), ["a-1"]), (("--limit", "1"), ["a-1"]), (("--token", "t-3"), []),
        (("--since", "1h"), ["o-1", "a-1"]), (("--since", "7d"), ["o-1", "a-1"]), (("--since", "2000-01-01"), ["o-1", "a-1"]),
        (("--since", "9999-01-01T00:00:00+08:00"), []),
    ])  # fmt: skip
    def test_it_is_narrowed_down(self, options: tuple[str, str], subjects: list[str]) -> None:
        assert [line["subject"] for line in shown("audit", *options)] == subjects

    @pytest.mark.parametrize("since", ["yesterday", "5wd", ""])
    def test_an_instant_that_is_none_is_told(self, since: str) -> None:
        answer = run("audit", "--since", since)
        assert (answer.exit_code, "24h" in answer.output) == ((1, True) if since else (0, False))


class TestGrants:
    @pytest.mark.parametrize(("options", "source", "channels"), [
        (("--role", "admin"), "admin", set(GRANTABLE)),
        (("--role", "reviewer", "--channel", "hotline", "--source", "hotline-12345"), "hotline-12345", {"web", "hotline"}),
        (("--role", "department", "--department", "water-supply"), None, {"web"}),
        (("--role", "supervisor", "--channel", "meeting", "--channel", "relay"), "supervisor", {"web", "meeting", "relay"}),
    ])  # fmt: skip
    def test_a_token_is_made_with_what_it_grants(self, url, options, source, channels):
        made = shown("token", "create", *options)
        assert (made["source"], set(made["channels"])) == (source, channels)
        grant = TokenAuthenticator(Database(url, "access", SystemClock())).behind(made["token"]).grant
        assert (grant.source, grant.channels) == (source, channels)
        assert (source or "web") in run("token", "list").output

    @pytest.mark.parametrize("options", [
        ("--role", "admin", "--channel", "pigeon"), ("--role", "admin", "--source", "Ünsafe"),
        ("--role", "department", "--department", "water-supply", "--source", "admin"),
        ("--role", "department", "--department", "water-supply", "--source", "hotline-12345"),
    ])  # fmt: skip
    def test_a_grant_that_is_none_or_somebody_elses_is_refused(self, url: str, options: tuple[str, ...]) -> None:
        shown("token", "create", "--role", "reviewer", "--source", "hotline-12345")
        before = len(shown("token", "list"))
        assert run("token", "create", *options).exit_code != 0
        assert len(shown("token", "list")) == before
