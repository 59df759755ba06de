"""A few dozen made-up opinions with their topics: of every four, one speaks with the keywords of another department."""

from __future__ import annotations

PLACES = ("和平路", "学府街", "新华里", "滨江道", "中山北路", "朝阳小区", "东风社区", "幸福家园")
#: Title, text and topic; where the place stands is left open.
TOLD = (
    ("{}旁广场舞的音响太吵", "{}旁边每晚有人放音响跳广场舞，一直到十点多，老人和孩子都睡不好，希望管一管音量。", "环境保护"),
    ("{}停水两天了没人说明", "{}这一片停水两天了，打电话也没有人说明原因，做饭洗衣都成问题，希望尽快恢复供水。", "城乡建设"),
    ("{}景区的门票涨价没有公示", "{}景区的门票涨了一倍，售票处没有公示，导游也说不清楚，希望把旅游项目的收费公开。", "商贸旅游"),
    ("{}的医院拖欠护工工资", "{}的医院请了护工，做了三个月没有发工资，护工们都等着钱回家，希望帮助我们要回来。", "劳动和社会保障"),
)


def rows(number: int) -> list[dict[str, str]]:
    """Rows of a file; the kinds take turns."""
    made = []
    for at in range(number):
        title, content, topic = TOLD[at % len(TOLD)]
        place = PLACES[at // len(TOLD) % len(PLACES)] + f"{1 + at // (len(TOLD) * len(PLACES))}号"
        made.append({"external_id": f"p{at}", "title": title.format(place), "content": content.format(place), "topic": topic})
    return made
