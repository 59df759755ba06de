"""A session that the pages of the browser's tests show: somebody has booked it, questions were asked there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.integration.whole.county import County

STATION = "chengdong"
VISITOR = {"name": "王小明", "phone": "13800138000", "about": "想谈谈东街的路灯，晚上出门看不清路。"}
VOTER = {"kind": "citizen", "name": "李小红", "phone": "13900139000"}


def hosted(county: County) -> Mapping[str, str]:
    """An announced session of a station with a booking and two questions. Gives the session, the receipt of the
    booking, and the code that deputies scan there."""
    begins = county.clock.now() + timedelta(days=14)
    session = {
        "kind": "reception", "title": "周二代表有约", "at": begins.isoformat(), "station": STATION, "theme": "社区照明",
        "place": "城东街道人大代表联络站一楼会议室", "slots": 6,
    }  # fmt: skip
    made = _posted(county, "/sessions", session)["id"]
    _posted(county, f"/sessions/{made}/announce", {})
    county.pump()
    booked = _posted(county, f"/sessions/{made}/bookings", VISITOR)["receipt"]
    questions = [
        {"text": "东街的路灯什么时候能修好？", "topic": "street-lights", "summary": "东街路灯",
         "promise": {"what": "更换东街的线路", "who": "市政所"}},
        {"text": "菜场门口一下雨就积水。", "summary": "菜场门口积水", "submitter": VOTER},
    ]  # fmt: skip
    _posted(county, f"/sessions/{made}/questions", {"questions": questions})
    county.work()
    activity = {"kind": "activity", "label": "周二代表有约", "station": STATION, "session": made}
    answer = county.client("intake").post("/api/v1/codes", json=activity, headers={"Authorization": "Bearer admin"})
    scanned = json.loads(answer.text.splitlines()[1])["code"]
    return {"hosted": made, "booked": booked.replace("-", ""), "scanned": scanned}


def _posted(county: County, path: str, body: Mapping[str, Any]) -> Any:
    status, answer = county.post(path, body, "admin")
    assert status in (200, 201), answer
    return answer
