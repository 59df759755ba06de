"""Numbered opinions of 1 KB, each about one of thirty subjects; every one is different."""

from __future__ import annotations

import orjson

#: What an opinion is about: the subject, and what is wrong with it.
SUBJECTS = (
    ("停水", "家里连续几天没有水用"), ("水管爆裂", "街边积水漫过了人行道"), ("下水道堵塞", "污水从井盖溢出"),
    ("路面坑洼", "骑车的人常常摔倒"), ("路灯不亮", "夜里走路看不清台阶"), ("红绿灯故障", "上下班时路口很乱"),
    ("公交线路", "等车常常超过半小时"), ("违章停车", "消防通道被堵住了"), ("电梯故障", "老人上下楼十分困难"),
    ("物业收费", "账目从来没有公布"), ("漏水维修", "天花板一直在滴水"), ("违法建设", "挡住了邻居的采光"),
    ("垃圾清运", "气味传到了楼上"), ("噪音扰民", "半夜还在施工"), ("油烟污染", "窗户不敢打开"),
    ("河道污染", "水面漂着泡沫"), ("绿化养护", "树枝压住了电线"), ("医院挂号", "号源几分钟就没有了"),
    ("疫苗接种", "孩子预约不上"), ("食品安全", "买到了过期的食品"), ("学区划分", "通知前后说法不一"),
    ("幼儿园学位", "附近没有空位"), ("校门口安全", "放学时车辆很多"), ("拖欠工资", "工人三个月没有领到钱"),
    ("社保转移", "跑了几次都没有办成"), ("养老服务", "食堂离得太远"), ("低保申请", "材料交了没有回音"),
    ("虚假宣传", "商家不肯退款"), ("图书馆开放", "周末也不开门"), ("健身设施", "器材坏了没有人修"),
)  # fmt: skip
PLACES = ("和平路", "学府街", "新华里", "滨江道", "中山北路", "朝阳小区", "东风社区", "幸福家园")
ASKED = "居民已经多次反映，希望有关部门尽快派人到现场查看，说明原因和处理的时限，并把结果告诉大家。"
#: Bytes of JSON without contact data.
SIZE = 1000
_FIXED = len(orjson.dumps({"title": "", "content": "", "channel": "web"}))


def title_of(number: int) -> str:
    """The title of an opinion."""
    return f"{PLACES[number % len(PLACES)]}{SUBJECTS[number % len(SUBJECTS)][0]}的问题（{number:07}）"


def body_of(number: int, *, contacts: bool = False) -> bytes:
    """The JSON text of an opinion as a citizen's form sends it; with `contacts`, how to reach the citizen too."""
    subject, trouble = SUBJECTS[number % len(SUBJECTS)]
    title, content = title_of(number), f"{PLACES[number % len(PLACES)]}的{subject}问题已经有{2 + number % 28}天了，{trouble}。"
    room = SIZE - _FIXED - len(title.encode()) - len(content.encode())
    form: dict[str, object] = {
        "title": title,
        "content": content + (ASKED * 8).encode()[:room].decode(errors="ignore"),
        "channel": "web",
    }
    if contacts:
        form["submitter"] = {
            "kind": "citizen", "name": f"测试人{number}", "phone": f"139{number:08}", "email": f"c{number}@example.org",
        }  # fmt: skip
    return orjson.dumps(form)
