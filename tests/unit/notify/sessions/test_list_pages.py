"""Pages of lists: as they stand for who keeps them, as they were made public, and the last session on the page of the next."""

import pytest

from services.contracts.callers import NOBODY, Caller, Role
from services.notify.__main__ import ROUTES
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from tests.unit.notify.calling import FakeAuthenticator
from tests.unit.notify.lists import Question
from tests.unit.notify.scenes import at
from tests.unit.notify.sessions.town import made

CAME = {"deputies": ["d-1", "d-2"], "visitors": 14, "observers": 2}
DUE = "2027-01-15 17:00"


class Reader(FakeAuthenticator):
    """Lets everybody in as one caller."""

    def __init__(self, caller):
        self._caller = caller

    def caller(self, header):
        return self._caller


def read(scene, path, caller=NOBODY):
    client = create_app("notify", scene.service, ROUTES, Reader(caller), Telemetry()).test_client()
    return client.get(path, query_string={"lang": "zh"}, headers={"Authorization": "Bearer x"} if caller.role else {})


@pytest.fixture
def session(scene, call):
    name = made(call)
    assert call("POST", f"/sessions/{name}/announce", "office", {})[0] == 200
    scene.clock.instant = at("2026-12-03 11:30")
    assert call("POST", f"/sessions/{name}/hold", "office", CAME)[0] == 200
    question = Question(scene, 1, name, "east-1")
    question.asked("某处路灯不亮")
    question.created()
    question.replied()
    question.promised("p-1", DUE)
    return name


def test_the_public_reads_a_list_once_it_was_made_public(scene, call, session):
    path = f"/sessions/{session}/lists/promise"
    assert read(scene, path).status_code == 404
    frozen = call("POST", f"{path}/publish", "office", {})[1]
    page = read(scene, path)
    assert (page.status_code, "某处路灯不亮" in page.text, frozen["hash"] in page.text) == (200, True, True)
    assert "河道淤积" not in page.text
    assert f'href="{path}"' in read(scene, f"/sessions/{session}").text


def test_the_next_session_begins_with_what_became_of_the_last(scene, call, session):
    following = made(call, at="2026-12-24T09:00:00+08:00", ends=None)
    assert call("POST", f"/sessions/{following}/announce", "office", {})[0] == 200
    page = read(scene, f"/sessions/{following}").text
    assert ("上次会议事项办理情况" in page, "建泵站" in page) == (True, False)
    call("POST", f"/sessions/{session}/lists/promise/publish", "office", {})
    assert "建泵站" in read(scene, f"/sessions/{following}").text
    Question(scene, 1, session, "east-1").broken("p-1", DUE)
    assert "没有按期兑现" in read(scene, f"/sessions/{following}").text


@pytest.mark.parametrize("path", ["/sessions/{}/lists/wishes", "/sessions/none/lists/promise"])
def test_what_is_not_there_is_not_found(scene, session, path):
    assert read(scene, path.format(session)).status_code == 404


def test_staff_pages_need_somebody_who_keeps_sessions(scene, session):
    for path in (f"/sessions/{session}/lists/promise/xlsx", "/sessions/summary"):
        assert read(scene, path).status_code != 200
        assert read(scene, path, Caller(Role.DEPARTMENT, "water")).status_code != 200
