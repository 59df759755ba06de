"""What a station and its informants see of what came through it, and where a mobile station says that it stands."""

import pytest

from tests.unit.intake.test_entrusted_http import VOTER, desk, tell  # noqa: F401 (a fixture)


def pages(desk, who, path):  # noqa: F811
    return desk.client.get(path, headers={"Authorization": f"Bearer {who}"})


def send(desk, who, path, method="POST", **body):  # noqa: F811
    answer = desk.client.open(path, method=method, headers={"Authorization": f"Bearer {who}"}, **body)
    return answer.status_code, answer.text


def test_what_came_through_a_station_stands_in_its_list_with_where_it_is_and_without_who_told_it(desk):  # noqa: F811
    typed = desk.submit(channel="station", station="central", title="桥边路灯", submitter=VOTER).id
    tell(desk, typed, "entrust", "station", deputy="wang")
    tell(desk, typed, "relay", "informant", deputy="wang")
    own = desk.submit(channel="qr", code=None, station="central", title="本人自述", submitter=VOTER, visibility="department").id
    public = desk.submit(channel="web", station="central", title="可以公开", submitter=VOTER, visibility="public").id
    for who in ("station", "informant"):
        rows = {row["opinion"]: row for row in desk.get("/station/opinions", who, limit="50").get_json()["items"]}
        assert [rows[each]["title"] for each in (typed, own, public)] == ["桥边路灯", None, "可以公开"]
        assert {name: rows[typed][name] for name in ("deputy", "care", "holder", "hop")} == {
            "deputy": "王代表", "care": "asked", "holder": "deputy", "hop": "told",
        }  # fmt: skip
        text = pages(desk, who, "/station/opinions").text
        assert "桥边路灯" in text
        assert "王代表：待认领" in text
        assert "群众自行提交，标题不在本站显示" in text
        for hidden in ("本人自述", VOTER["name"], VOTER["phone"], desk.row(typed)["receipt"]):
            assert hidden not in text
            assert hidden not in str(rows)
    assert desk.get("/station/opinions", "strangers").get_json()["items"] == []
    assert typed in {row["opinion"] for row in desk.get("/station/opinions", "reviewer", station="central").get_json()["items"]}
    assert desk.get("/station/opinions", "strangers", station="central").status_code == 403
    assert desk.get("/station/opinions", "station", station="nowhere").status_code == 422
    for who, status in (("wang", 403), ("head", 403), (None, 401)):
        assert desk.get("/station/opinions", *([who] if who else [])).status_code == status, who


def test_a_list_of_a_station_goes_on_where_it_stopped(desk):  # noqa: F811
    for number in range(3):
        desk.submit(channel="station", station="central", title=f"第{number}件", content=f"第{number}处路灯不亮。")
    first = desk.get("/station/opinions", "station", limit="2").get_json()
    following = desk.get("/station/opinions", "station", limit="2", cursor=first["next"]).get_json()["items"]
    ids = [row["opinion"] for row in [*first["items"], *following]]
    assert ids == sorted(set(ids), reverse=True)


@pytest.fixture
def mobile(desk):  # noqa: F811
    """The station of the desk, made a mobile one that stands nowhere."""
    body = {"opening": "每周三", "mobile": True}
    assert send(desk, "admin", "/api/v1/stations/central", "PUT", json=body)[0] == 200


def stands(desk):  # noqa: F811
    found = desk.client.get("/api/v1/stations/central").get_json()
    return found["position"], found["moved"]


def test_a_mobile_station_says_where_it_stands_and_everybody_reads_it(desk, mobile):  # noqa: F811
    assert stands(desk) == (None, None)
    assert "目前未公布流动站位置" in pages(desk, "station", "/station/position").text
    form = {"address": "青澳湾码头", "position": "23.4321,117.1234"}
    assert send(desk, "station", "/station/position", data=form)[0] == 303
    position, moved = stands(desk)
    assert (position, moved is not None) == ({"address": "青澳湾码头", "latitude": 23.4321, "longitude": 117.1234}, True)
    public = desk.client.get("/public/stations/central").text
    assert "青澳湾码头" in public
    assert "23.4321, 117.1234" in public
    assert 'value="青澳湾码头"' in pages(desk, "station", "/station/position").text
    # Put away again: what is not said any more is not shown.
    assert send(desk, "station", "/station/position", data={"address": ""})[0] == 303
    assert stands(desk) == (None, None)
    assert "青澳湾" not in desk.client.get("/public/stations/central").text


def test_a_position_is_its_own_stations_and_a_mobile_ones(desk, mobile):  # noqa: F811
    path = "/api/v1/stations/central/position"
    assert send(desk, "station", path, "PUT", json={"address": "码头"})[0] == 200
    assert send(desk, "admin", path, "PUT", json={"address": "广场"})[0] == 200
    before = stands(desk)
    for who, status in (("informant", 403), ("wang", 403), ("reviewer", 403)):
        assert send(desk, who, path, "PUT", json={"address": "别处"})[0] == status, who
    assert send(desk, "station", "/api/v1/stations/bridge/position", "PUT", json={"address": "别处"})[0] == 403
    for wrong in ({"latitude": 91}, {"latitude": "north"}, {"height": 3}, {"latitude": 23}):
        assert send(desk, "station", path, "PUT", json=wrong)[0] == 422, wrong
    for wrong in ("23", "北,117", "91,117"):
        status, text = send(desk, "station", "/station/position", data={"address": "", "position": wrong})
        assert (status, "坐标有误" in text) == (422, True), wrong
    assert stands(desk) == before
    assert send(desk, "admin", "/api/v1/stations/central", "PUT", json={"mobile": False})[0] == 200
    assert send(desk, "station", path, "PUT", json={"address": "码头"})[0] == 409
    status, text = send(desk, "station", "/station/position", data={"address": "码头"})
    assert (status, "只有流动站可以登记位置" in text) == (409, True)
    assert "/station/position" not in pages(desk, "station", "/station").text
