"""The page of a session, put together from what notify knows of it and what intake does, for each reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from services.console.embedded.front.combined_app import CombinedApp
from services.console.embedded.front.includes import Includes
from services.runtime.clock import ZONE, FixedClock
from tests.browser.hosting import STATION, hosted
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
LOST, VISITOR = "暂时无法显示", "王小明"


@pytest.fixture(scope="module")
def scene(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """An announced session of a station: one of its six slots is booked, two questions were asked."""
    county = County(templates, tmp_path_factory.mktemp("session"), TOWN, FixedClock(START))
    yield SimpleNamespace(county=county, session=hosted(county)["hosted"])
    county.close()


def shown(scene: SimpleNamespace, who: str | None) -> str:
    """The page as somebody sees it."""
    headers = {"Accept-Language": "zh"} | ({"Authorization": f"Bearer {who}"} if who else {})
    client = Client(Includes(CombinedApp(scene.county.applications, {})), use_cookies=False)
    answer = client.get(f"/sessions/{scene.session}", headers=headers)
    assert answer.status_code == 200
    assert LOST not in answer.text
    assert VISITOR not in answer.text
    return answer.text


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
