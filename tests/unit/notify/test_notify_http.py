"""What notify answers over HTTP."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.contracts.messages.supervision import LetterRequested
from services.contracts.people.callers import NOBODY, Caller, Role
from services.notify.app.routes import routes
from services.notify.schemas.deadlines import DeadlineShape, ExplanationShape
from services.notify.schemas.notifications import SubmitterNotificationShape
from services.notify.schemas.reminders import ReminderShape
from services.notify.store.tables import tables
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from tests.unit.notify.scenes import MIGRATIONS, scene_on, small_place

CALLERS = {
    "Bearer office": Caller(Role.REVIEWER),
    "Bearer water": Caller(Role.DEPARTMENT, "water"),
    "Bearer roads": Caller(Role.DEPARTMENT, "roads"),
    "Bearer boss": Caller(Role.SUPERVISOR),
}


class FakeAuthenticator(TokenAuthenticator):
    def __init__(self) -> None:
        pass

    def caller(self, header):
        return CALLERS.get(header, NOBODY)


@pytest.fixture
def scene(sqlite_database, clock):
    place = small_place(channels={"water": ("mailto://w.example",)})
    return scene_on(sqlite_database, clock, catalogue=place, others={"supervisor": ("mailto://boss.example",)})


@pytest.fixture
def get(scene):
    client = create_app("notify", scene.service, routes, FakeAuthenticator(), Telemetry()).test_client()

    def get(path, who="office", **query):
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        answer = client.get(f"/api/v1{path}", query_string=query, headers=headers)
        return answer.status_code, answer.get_json()

    return get


@pytest.fixture
def told(scene):
    """Three cases of water and one of roads, half way; one of water got its red card."""
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(3)))
    scene.consume(scene.created("r", "roads", reply="2026-12-24 23:59:59"))
    scene.climb("2026-12-03 08:30")
    scene.consume(scene.replied("1"), scene.replied("2"))
    scene.climb("2026-12-15 08:30")
    return scene


def pages_of(get, path, who, **query):
    cursor = {}
    while cursor is not None:
        status, answer = get(path, who, **query, **cursor)
        assert status == 200
        yield answer["items"]
        cursor = {"cursor": answer["next"]} if answer["next"] else None


def pages(get, path, **query):
    items, cursor = [], {}
    while True:
        status, answer = get(path, limit=2, **query, **cursor)
        assert status == 200
        items += answer["items"]
        if answer["next"] is None:
            return items
        cursor = {"cursor": answer["next"]}


def test_reminders_are_listed_newest_first_page_by_page(get, told):
    items = pages(get, "/reminders")
    assert len({item["id"] for item in items}) == len(items) == 7
    assert [item["id"] for item in items] == sorted((item["id"] for item in items), reverse=True)
    for item in items:
        assert ReminderShape().validate(item) == {}


def test_reminders_are_narrowed_by_opinion_assignment_and_department(get, told):
    assert {item["opinion"] for item in pages(get, "/reminders", opinion="o-0")} == {"o-0"}
    assert {item["assignment"] for item in pages(get, "/reminders", assignment="a-r")} == {"a-r"}
    assert {item["department"] for item in pages(get, "/reminders", department="roads")} == {"roads"}


def test_a_department_sees_its_own_reminders_and_its_own_letters_only(get, told):
    _, answer = get("/reminders", "water")
    assert {item["department"] for item in answer["items"]} == {"water"}
    (red,) = (item for item in answer["items"] if item["rung"] == "red")
    assert [letter["recipient"] for letter in red["letters"]] == ["department"]
    _, answer = get("/reminders", opinion="o-0")
    assert {letter["recipient"] for item in answer["items"] for letter in item["letters"]} == {"department", "supervisor"}


@pytest.mark.parametrize("path", ["/reminders", "/deadlines"])
def test_a_department_may_not_ask_for_another(get, told, path):
    status, answer = get(path, "water", department="roads")
    assert (status, list(answer["errors"])) == (403, ["department"])


@pytest.mark.parametrize("path", ["/reminders", "/deadlines"])
def test_lists_are_for_staff(get, path):
    status, _ = get(path, None)
    assert status == 401


def test_open_deadlines_tell_the_rung_they_wait_for(get, told):
    items = pages(get, "/deadlines")
    assert [(item["id"], item["overdue"], item["next"]["rung"]) for item in items] == [
        ("a-0.reply.1", True, "urge"),
        ("a-r.reply.1", False, "three"),
    ]
    for item in items:
        assert DeadlineShape().validate(item) == {}


def test_open_deadlines_are_paged_without_gaps(get, scene):
    scene.consume(*(scene.created(str(number)) for number in range(5)))
    ids = [item["id"] for item in pages(get, "/deadlines")]
    assert ids == [f"a-{number}.{kind}.1" for number in range(5) for kind in ("reply", "sign")]


def test_supervisors_see_what_became_of_letters_to_submitters_and_not_who_they_are_for(get, scene):
    for number, about in enumerate(("received", "assigned", "replied")):
        message = LetterRequested(about, "ABCD", "河道淤积", {}, "王先生", "wang@x.example", None)
        scene.hear_letters(scene.event(message, 1, f"o-{number}"))
    items = [item for page in (pages_of(get, "/letters", "boss", limit=2)) for item in page]
    assert {(item["opinion"], item["kind"], item["channel"], item["state"]) for item in items} == {
        (f"o-{number}", about, "email", "dropped") for number, about in enumerate(("received", "assigned", "replied"))
    }
    assert "wang" not in str(items)
    for item in items:
        assert SubmitterNotificationShape().validate(item) == {}
    assert [item["kind"] for item in get("/letters", "boss", opinion="o-1")[1]["items"]] == ["assigned"]
    assert [item["opinion"] for item in get("/letters", "boss", kind="replied")[1]["items"]] == ["o-2"]
    assert get("/letters", "boss", state="sent")[1]["items"] == []
    assert get("/reminders")[1]["items"] == []


@pytest.mark.parametrize(("who", "status"), [("water", 403), ("office", 403), (None, 401)])
def test_nobody_else_sees_them(get, who, status):
    assert get("/letters", who)[0] == status


@pytest.mark.parametrize("query", [{"state": "lost"}, {"kind": "spam"}, {"way": "email"}])
def test_letters_are_asked_for_by_what_they_have(get, query):
    status, answer = get("/letters", "boss", **query)
    assert (status, list(answer["errors"])) == (422, list(query))


@pytest.mark.parametrize("path", ["/reminders", "/deadlines"])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "!"}, {"state": "open"}])
def test_what_cannot_be_asked_names_the_field(get, path, query):
    status, answer = get(path, **query)
    assert (status, list(answer["errors"])) == (422, list(query))


def test_a_deadline_explains_itself_to_anybody(get):
    status, answer = get("/deadlines/explain", None, **{"from": "2026-09-29T09:30:00+08:00", "rule": "2wd"})
    assert status == 200
    assert ExplanationShape().validate(answer) == {}
    assert (answer["due"], answer["duration"], answer["counted"]) == ("2026-10-08T23:59:59+08:00", "2wd", 2)
    assert len(answer["days"]) == 9
    holiday = answer["days"][1]
    assert (holiday["day"], holiday["counted"], holiday["zh"]) == ("2026-10-01", False, "国庆节放假")
    assert "National Day" in holiday["en"]


def test_a_deadline_is_explained_by_a_limit_of_the_catalogue_and_with_a_plus_that_became_a_blank(get):
    status, answer = get("/deadlines/explain", **{"from": "2026-11-23T09:30:00 08:00", "rule": "ordinary.reply"})
    assert (status, answer["duration"], answer["due"]) == (200, "15wd", "2026-12-14T23:59:59+08:00")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"rule": "5wd"}, "from"),
        ({"from": "2026-11-23T09:30:00+08:00"}, "rule"),
        ({"from": "yesterday", "rule": "5wd"}, "from"),
        ({"from": "2026-11-23T09:30:00", "rule": "5wd"}, "from"),
        ({"from": "9999-12-31T09:30:00+08:00", "rule": "5wd"}, "from"),
        ({"from": "0001-01-01T00:00:00+08:00", "rule": "5wd"}, "from"),
        ({"from": "2026-11-23T09:30:00+08:00", "rule": "soon"}, "rule"),
        ({"from": "2026-11-23T09:30:00+08:00", "rule": "501wd"}, "rule"),
        ({"from": "2026-11-23T09:30:00+08:00", "rule": "ordinary.nothing"}, "rule"),
        ({"from": "2026-11-23T09:30:00+08:00", "rule": "5wd", "zone": "utc"}, "zone"),
    ],
)
def test_what_cannot_be_explained_names_the_field(get, query, field):
    status, answer = get("/deadlines/explain", None, **query)
    assert (status, list(answer["errors"])) == (422, [field])


def shape_of(database: Database) -> dict[str, str]:
    """The statements that made the tables and indexes of a store, blanks and quotes aside."""
    with database.reading() as connection:
        made = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: "".join(text.split()).replace('"', "") for name, text in made}


def test_a_migrated_store_has_the_shape_that_the_code_expects(sqlite_database, clock, tmp_path):
    migrated = shape_of(sqlite_database("notify", MIGRATIONS))
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db", "notify", clock)
    with fresh.transaction() as work:
        tables.create_all(work.connection)
    expected = shape_of(fresh)
    fresh.close()
    runtime = shape_of(sqlite_database("bare"))
    assert {name: text for name, text in migrated.items() if name not in runtime and name != "version_notify"} == expected
