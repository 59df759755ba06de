"""Opinions that nobody has written: sentences put together by chance, for tests of what learns."""

from __future__ import annotations

import random

from services.contracts.catalogue.model import Catalogue
from services.routing.domain.choice import Router
from services.routing.domain.learning.training import Decided

#: What people of the town speak of; few of these are keywords of its catalogue.
SPOKEN = {
    "water": ("水渠", "水库放水", "抽水机", "河道淤泥", "堤坝渗漏", "灌溉", "泵站", "洪水", "河堤"),
    "roads": ("路面坑洼", "护栏", "红绿灯", "斑马线", "修路", "沥青", "路灯", "限速牌", "人行道"),
    "schools": ("班主任", "课后服务", "食堂饭菜", "补课", "学区", "操场", "校车", "家长会", "作业"),
}
PLACES = ("东街", "西街", "南村", "北村", "桥头", "镇口", "新区", "老城")
FILLERS = ("请领导尽快处理", "已经反映多次", "群众意见很大", "希望给个答复", "大家都很着急", "从去年就这样了")


def opinions(number: int, seed: int = 0) -> list[tuple[str, str, str]]:
    """Titles, texts and the departments whose duty they are."""
    chance = random.Random(seed)  # nosec B311
    made = []
    for _ in range(number):
        department = chance.choice(sorted(SPOKEN))
        words = chance.sample(SPOKEN[department], 3)
        other = chance.choice(SPOKEN[chance.choice(sorted(SPOKEN))])
        title = f"{chance.choice(PLACES)}{words[0]}的问题"
        made.append((title, f"{words[1]}，{chance.choice(FILLERS)}，{words[2]}，{other}也有人说起。", department))
    return made


def decided(catalogue: Catalogue, number: int, seed: int = 0) -> list[Decided]:
    """The same as cases that a place with this catalogue has decided."""
    router = Router(catalogue)
    return [Decided(title, text, department, router.points(title, text)) for title, text, department in opinions(number, seed)]
