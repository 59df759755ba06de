"""What the pages call things: one table for each kind of code, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome, Rating
from services.runtime.web.pages import Words


class StateWords(NamedTuple):
    """A state in words: its name, what it means for the submitter, and the tone of its badge."""

    name: Words
    meaning: Words
    tone: str


STATES: Mapping[str, StateWords] = {
    State.SUBMITTED: StateWords(
        Words("等待审核", "Waiting for review"),
        Words("我们已经收到，正在审核。", "We have it and are reviewing it."),
        "info",
    ),
    State.RETURNED: StateWords(
        Words("请补充", "More detail needed"),
        Words("审核人员需要您补充情况，请看下面的问题。", "The reviewer needs to know more; the question is below."),
        "warn",
    ),
    State.MERGED: StateWords(
        Words("并案办理", "Handled with another"),
        Words("与另一件同类意见建议一并办理，答复同样给您。", "It is handled with a similar opinion; you get the same answer."),
        "info",
    ),
    State.WITHDRAWN: StateWords(
        Words("已撤回", "Withdrawn"),
        Words("您已撤回这件意见建议。", "You have taken this opinion back."),
        "info",
    ),
    State.DECLINED: StateWords(
        Words("不予受理", "Not accepted"),
        Words("原因和可以去的地方写在下面。", "Why, and where to turn instead, is said below."),
        "bad",
    ),
    State.ACCEPTED: StateWords(
        Words("已受理", "Accepted"),
        Words("正在确定由哪个单位承办。", "We are finding the department whose task it is."),
        "info",
    ),
    State.ASSIGNED: StateWords(
        Words("已交办", "Assigned"),
        Words("已交给承办单位，等它签收。", "It is with the department, which has to sign for it."),
        "info",
    ),
    State.SIGNED: StateWords(
        Words("办理中", "Being handled"),
        Words("承办单位已签收，正在办理。", "The department has signed for it and is working on it."),
        "info",
    ),
    State.OBJECTED: StateWords(
        Words("申请退办", "Objection under ruling"),
        Words("承办单位认为应由其他单位办理，正在裁定。", "The department says another one should handle it; a ruling is due."),
        "info",
    ),
    State.REASSIGNED: StateWords(
        Words("改交", "Being reassigned"),
        Words("正在改交其他单位办理。", "It is on its way to another department."),
        "info",
    ),
    State.PAUSED: StateWords(
        Words("等您补充", "Waiting for you"),
        Words("承办单位需要您补充情况，办理时限暂停计算。", "The department needs to hear more from you; the clock stands still."),
        "warn",
    ),
    State.DRAFTED: StateWords(
        Words("办理中", "Being handled"),
        Words("答复已拟好，等承办单位负责人审定。", "The answer is written and waits for the department's head."),
        "info",
    ),
    State.REPLIED: StateWords(
        Words("已答复", "Answered"),
        Words("请看答复，并告诉我们您是否满意。", "Please read the answer and tell us whether you are satisfied."),
        "good",
    ),
    State.REOPENED: StateWords(
        Words("重新办理", "Being handled again"),
        Words("承办单位要重新办理并再次答复，原因写在下面。", "The department has to handle it again; why is said below."),
        "warn",
    ),
    State.CONCLUDED: StateWords(
        Words("已办结", "Concluded"),
        Words("这件意见建议的办理到此结束。", "The handling of this opinion is finished."),
        "good",
    ),
}  # fmt: skip

#: The stations on the way of an opinion, which the `step` of a state counts from 1.
STEPS: tuple[Words, ...] = (
    Words("提交", "Sent"),
    Words("受理", "Accepted"),
    Words("交办", "Assigned"),
    Words("办理", "Handled"),
    Words("答复", "Answered"),
    Words("办结", "Concluded"),
)
OUTCOMES: Mapping[str, Words] = {
    Outcome.SOLVED: Words("已经解决", "Solved"),
    Outcome.IN_PROGRESS: Words("正在解决", "Being solved"),
    Outcome.PLANNED: Words("列入计划", "Planned"),
    Outcome.DEFERRED: Words("暂缓解决", "Deferred"),
    Outcome.REFERENCE: Words("留作参考", "Kept for reference"),
    Outcome.DECLINED: Words("无法办理，已作说明", "Cannot be done, explained"),
}

RATINGS: Mapping[str, Words] = {
    Rating.SATISFIED: Words("满意", "Satisfied"),
    Rating.BASICALLY_SATISFIED: Words("基本满意", "Basically satisfied"),
    Rating.DISSATISFIED: Words("不满意", "Dissatisfied"),
}

ERASURES: Mapping[str, Words] = {
    "persons": Words("提出人、联名人的个人信息", "who submitted and signed it"),
    "content": Words("个人信息和所填写的内容", "who submitted and signed it, and what was written"),
}

RULED: Mapping[str, Words] = {
    "objection": Words("退办申请", "the objection"),
    "extension": Words("延期申请", "more time"),
}

CHANNELS: Mapping[str, Words] = {
    "web": Words("网页", "web form"),
    "qr": Words("扫码", "QR code"),
    "station": Words("代表联络站", "liaison station"),
    "mobile_station": Words("流动联络站", "mobile station"),
    "hotline": Words("热线", "hotline"),
    "deputy": Words("人大代表", "a deputy"),
    "meeting": Words("会议", "meeting"),
    "campaign": Words("征集活动", "campaign"),
    "open311": Words("Open311", "Open311"),
    "import": Words("批量导入", "import"),
}

VISIBILITIES: Mapping[str, Words] = {
    "department": Words("人大机关和承办单位", "The congress office and the department that handles it"),
    "congress": Words("只有人大机关", "The congress office only"),
    "public": Words(
        "人大机关和承办单位；内容和答复可以公开（不含姓名和联系方式）",
        "The congress office and the department; the text and the answer may be published, without name or contact data",
    ),
}

LEVELS: Mapping[str, Words] = {
    "village": Words("村（社区）级", "village"),
    "town": Words("镇（街道）级", "town"),
    "county": Words("县级", "county"),
    "city": Words("市级", "city"),
}

CONTACTS: Mapping[str, Words] = {
    "phone": Words("电话", "by phone"),
    "visit": Words("上门", "by a visit"),
    "meeting": Words("面谈", "in a meeting"),
    "message": Words("短信或网络", "by message"),
}

CAUSES: Mapping[str, Words] = {
    "dissatisfied": Words("评价不满意", "the rating: dissatisfied"),
    "promise": Words("承诺没有兑现", "a promise was not kept"),
    "look_back": Words("回头看发现没有落实", "looked at again, and it has not held"),
}

CARDS: Mapping[str, Words] = {"yellow": Words("黄牌", "yellow card"), "red": Words("红牌", "red card")}

RESULTS: Mapping[str, Words] = {
    "summons": Words("约见单位负责人", "the department's head is summoned"),
    "promise": Words("单位作出承诺", "the department has made a promise"),
    "criticism": Words("通报批评", "criticism"),
    "closed": Words("督办结束", "closed"),
}

PROMISED: Mapping[str, Words] = {
    "open": Words("待兑现", "to be kept"),
    "kept": Words("已兑现", "kept"),
    "broken": Words("没有按期兑现", "not kept in time"),
}
