"""Opinions of our own making, from a small table: some with a topic and some without, none like another; and one by many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import requests

from tests.system.place import API, Place

OPINION = {"title": "桥面有坑", "content": "车轮陷了进去。"}
PLACES = ("东街", "西河村", "北门市场", "南坪小区", "桥头", "新城一路", "老汽车站", "石板巷", "中学门口", "三里坡")
MATTERS = (
    ("路灯不亮", "晚上漆黑一片，老人摔过跤。", "street-lights"),
    ("垃圾没人清运", "垃圾桶满了三天，气味很大。", None),
    ("下水道堵了", "一下雨就积水，井盖也松了。", "drains"),
    ("自来水发黄", "早晨的水有铁锈味。", "tap-water"),
    ("快递不送到家", "包裹只放在镇上。", None),
    ("电梯又停了", "十二楼的老人下不了楼。", "lifts"),
    ("公交晚点", "早高峰等了四十分钟。", None),
    ("河道淤积", "河堤边长满了草，水流不动。", "rivers"),
    ("你好", "想说一声谢谢。", None),
)  # fmt: skip


def opinions(run: str, number: int) -> list[dict[str, str]]:
    """So many opinions whose external ids begin with `run`."""
    pairs = list(product(PLACES, MATTERS))
    made = []
    for count in range(number):
        place, (title, content, topic) = pairs[count % len(pairs)]
        opinion = {"external_id": f"{run}-{count}", "title": f"{place}{title}", "content": f"第{count}件：{content}"}
        made.append(opinion | ({"topic": topic} if topic else {}))
    return made


def ndjson(forms: list[dict[str, str]]) -> Iterator[bytes]:
    """One line each, as they are asked for."""
    for form in forms:
        yield json.dumps(form, ensure_ascii=False).encode() + b"\n"


def submit_many(place: Place, number: int) -> list[int]:
    """The statuses of this many submissions without a token, eight at a time."""

    def submit(_: int) -> int:
        return requests.post(f"{place.url}{API}/opinions", json=OPINION, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(submit, range(number)))
