"""The page of a session, put together from what notify knows of it and what intake does, for each reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from services.console.embedded.front.combined_app import CombinedApp
from services.runtime.clock import ZONE, FixedClock
from tests.browser.hosting import STATION, VISITOR, VOTER, hosted
from tests.integration.whole.county import ASSEMBLIES, County
from tests.integration.whole.test_every_move import TOWN
from tests.reading import filled, words_in
from tests.stores import Templates

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
LOST, MARKS = "暂时无法显示", (VISITOR["name"], VISITOR["phone"], VISITOR["about"], VOTER["name"], VOTER["phone"])


@pytest.fixture(scope="module")
def scene(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """An announced session of a station: one of its six slots is booked, two questions were asked."""
    county = County(templates, tmp_path_factory.mktemp("session"), TOWN, FixedClock(START))
    session = hosted(county)["hosted"]
    for path in (f"/sessions/{session}/lists/problem/publish", "/lists/problem/publish"):
        assert county.post(path, {"station": STATION, "year": 2026} if path.startswith("/lists") else {}, "supervisor")[0] == 200
    yield SimpleNamespace(county=county, session=session)
    county.close()


def shown(scene: SimpleNamespace, who: str | None) -> str:
    """The page as somebody sees it."""
    headers = {"Accept-Language": "zh"} | ({"Authorization": f"Bearer {who}"} if who else {})
    client = Client(scene.county.whole(), use_cookies=False)
    answer = client.get(f"/sessions/{scene.session}", headers=headers)
    assert answer.status_code == 200
    assert LOST not in answer.text
    assert not any(mark in answer.text for mark in MARKS)
    return answer.text


@pytest.mark.parametrize("who", [None, "water", "deputy:wx-017", "station:bridge", f"station:{STATION}", "supervisor"])
def test_no_page_file_or_list_of_sessions_names_who_came(scene: SimpleNamespace, who: str | None) -> None:
    names = {
        "session_id": scene.session, "list_name": "problem", "year": "2026", "station": STATION, "month": "2026-03", "form": "xlsx",
        "list": "problem",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    client = Client(CombinedApp(scene.county.applications, {}), use_cookies=False)
    read, named = 0, set()
    for route in (route for name in ("notify", "metrics") for route in ASSEMBLIES[name].routes if route.method == "GET"):
        path = filled(route.path, names)
        for query in ("", "?format=docx") if "/lists/" in path else ("",):
            answer = client.get(path + query, headers=headers)
            read += answer.status_code == 200
            named |= {path for mark in MARKS if mark in words_in(answer)}
    assert (named, read > 10) == (set(), True)


@pytest.mark.parametrize("who", [None, "water", "station:bridge"])
def test_who_does_not_keep_a_session_sees_what_is_left_and_books(scene: SimpleNamespace, who: str | None) -> None:
    text = shown(scene, who)
    assert "余 5 个名额" in text
    assert f'href="/sessions/{scene.session}/book"' in text
    assert "现场登记" not in text
    assert "东街路灯" not in text
    assert f"/sessions/{scene.session}/host" not in text


@pytest.mark.parametrize("who", ["supervisor", "admin", f"station:{STATION}"])
def test_who_keeps_a_session_sees_questions_and_bookings_and_goes_on_to_host_it(scene: SimpleNamespace, who: str) -> None:
    text = shown(scene, who)
    for page in ("book", "host", "bookings"):
        assert f'href="/sessions/{scene.session}/{page}"' in text
    assert re.search("预约名单[^<]*1</a>", text)
    assert "东街路灯" in text
    assert "菜场门口积水" in text
