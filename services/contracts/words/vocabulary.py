"""What every code of a closed set is called, one row each: pages, letters, statistics, reports and the demonstration read it here.

What stands alone begins with a capital in English; what is read behind a label or inside a sentence does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from services.contracts.basis import Basis
from services.contracts.lifecycle import CoState, State
from services.contracts.messages.values import Outcome, RaisedBy, Rating
from services.contracts.people.duties import CareState, HopState
from services.contracts.words import of_sessions as session_words
from services.contracts.words import people
from services.contracts.words.bilingual import Words


class StateWords(NamedTuple):
    """A state: its name, and what it means for the submitter."""

    name: Words
    meaning: Words


# fmt: off
STANDINGS: Mapping[str, StateWords] = {
    State.SUBMITTED: StateWords(Words("等待审核", "Waiting for review"),
        Words("我们已经收到，正在审核。", "We have it and are reviewing it.")),
    State.RETURNED: StateWords(Words("请补充", "More detail needed"),
        Words("审核人员需要您补充情况，请看下面的问题。", "The reviewer needs to know more; the question is below.")),
    State.DECLINED: StateWords(Words("不予受理", "Not accepted"),
        Words("不予受理的原因及其他反映渠道如下。", "Why, and where to turn instead, is said below.")),
    State.MERGED: StateWords(Words("并案办理", "Handled with another"),
        Words("与另一件同类意见建议一并办理，答复同样给您。", "It is handled with a similar opinion; you get the same answer.")),
    State.WITHDRAWN: StateWords(Words("已撤回", "Withdrawn"), Words("您已撤回这件意见建议。", "You have taken this opinion back.")),
    State.ACCEPTED: StateWords(Words("已受理", "Accepted"),
        Words("正在确定由哪个单位承办。", "We are finding the department whose task it is.")),
    State.ASSIGNED: StateWords(Words("已交办", "Assigned"),
        Words("已交承办单位，等待签收。", "It is with the department, which has to sign for it.")),
    State.SIGNED: StateWords(Words("办理中", "Being handled"),
        Words("承办单位已签收，正在办理。", "The department has signed for it and is working on it.")),
    State.OBJECTED: StateWords(Words("申请退办", "Objection under ruling"),
        Words("承办单位认为应由其他单位办理，正在裁定。", "The department says another one should handle it; a ruling is due.")),
    State.REASSIGNED: StateWords(Words("转办", "Being reassigned"),
        Words("正在转交其他单位办理。", "It is on its way to another department.")),
    State.PAUSED: StateWords(Words("等您补充", "Waiting for you"),
        Words("承办单位需要您补充情况，办理时限暂停计算。", "The department needs to hear more from you; the clock stands still.")),
    State.DRAFTED: StateWords(Words("答复待审定", "Answer drafted"),
        Words("答复已拟好，等承办单位负责人审定。", "The answer is written and waits for the department's head.")),
    State.REPLIED: StateWords(Words("已答复", "Answered"),
        Words("请看答复，并告诉我们您是否满意。", "Please read the answer and tell us whether you are satisfied.")),
    State.REOPENED: StateWords(Words("重新办理", "Being handled again"),
        Words("承办单位要重新办理并再次答复，原因写在下面。", "The department has to handle it again; why is said below.")),
    State.CONCLUDED: StateWords(Words("已办结", "Concluded"),
        Words("这件意见建议的办理到此结束。", "The handling of this opinion is finished.")),
}
# fmt: on
STATES: Mapping[str, Words] = {state: standing.name for state, standing in STANDINGS.items()}
#: What an assignment beside the lead's is called where the case has no such state.
CO_STATES: Mapping[str, Words] = {
    **{state: STATES[state] for state in CoState if state in STATES},
    CoState.ADVISED: Words("已提交意见", "Opinion given"),
    CoState.RELEASED: Words("不再承办", "Released"),
}
#: The stations on the way of an opinion, which the `step` of a state counts from 1.
STEPS: tuple[Words, ...] = (
    Words("提交", "Sent"),
    Words("受理", "Accepted"),
    Words("交办", "Assigned"),
    Words("办理", "Handled"),
    Words("答复", "Answered"),
    Words("办结", "Concluded"),
)

#: Where a public opinion stands, in as few words as the public needs.
PUBLIC_STANDINGS: Mapping[str, Words] = {
    "handling": Words("办理中", "Being handled"),
    "replied": Words("已答复", "Answered"),
    "concluded": Words("已办结", "Concluded"),
}
SITE = Words("回应", "Huiying")
PUBLIC_OPINIONS = Words("公开的意见建议", "Public opinions")

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
ASPECTS: Mapping[str, Words] = {"result": Words("结果", "result"), "process": Words("过程", "process")}
#: Why a case is handled again.
CAUSES: Mapping[str, Words] = {
    "dissatisfied": Words("评价不满意", "a dissatisfied rating"),
    "promise": Words("承诺未兑现", "a broken promise"),
    "look_back": Words("回头看未落实", "a failed look-back"),
}
#: By what a department was chosen; what the rule tells beside it takes the place of the braces.
BASES: Mapping[str, Words] = {
    Basis.GIVEN: Words("由所选主题的主管单位办理", "the topic that was chosen is its task"),
    Basis.KEYWORDS: Words("内容涉及{}", "the text is about {}"),
    Basis.FALLBACK: Words("暂未匹配到主管单位，由该单位先行办理", "no topic matched, so it takes what nobody else does"),
    Basis.REVIEWER: Words("审核时指定承办", "the reviewer chose it"),
    Basis.SUPERVISOR: Words("督办人员指定承办：{}", "a supervisor chose it"),
    Basis.RULING: Words("经裁定：{}", "by a ruling"),
    Basis.LEARNED: Words("与以往办理的同类意见相近：{}", "it is like what this department has handled: {}"),
    Basis.PRECEDENT: Words("参照同类意见的裁定：{}", "by rulings on opinions like it"),
}
#: Why a case went up a level by itself.
COUNTED: Mapping[str, Words] = {
    RaisedBy.REWORKS: Words("重办 {} 次", "handled again {} times"),
    RaisedBy.TRANSFERS: Words("转办 {} 次", "reassigned {} times"),
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
LEVELS: Mapping[str, Words] = {
    "village": Words("村（社区）级", "village"),
    "town": Words("镇（街道）级", "town"),
    "county": Words("县（区）级", "county"),
    "city": Words("市级", "city"),
}
#: The first one is preselected in the form: the text is not published unless the submitter chooses so.
VISIBILITIES: Mapping[str, Words] = {
    "department": Words("人大机关和承办单位", "The congress office and the department that handles it"),
    "congress": Words("只有人大机关", "The congress office only"),
    "public": Words(
        "人大机关和承办单位；内容和答复可以公开（不含姓名和联系方式）",
        "The congress office and the department; the text and the answer may be published, without name or contact data",
    ),
}
ROLES: Mapping[str, Words] = {
    "lead": Words("主办", "lead"),
    "co_handler": Words("协办", "co-handler"),
    "separate": Words("分别办理", "handles its own part and answers for it"),
}
CONTACTS: Mapping[str, Words] = {
    "phone": Words("电话", "by phone"),
    "visit": Words("上门", "by a visit"),
    "meeting": Words("面谈", "in a meeting"),
    "message": Words("短信或网络", "by message"),
}
RULED: Mapping[str, Words] = {
    "objection": Words("退办申请", "the objection"),
    "extension": Words("延期申请", "more time"),
}

#: What has to be done by a deadline of each kind.
DEADLINES: Mapping[str, Words] = {
    "sign": Words("签收", "sign for it"),
    "object": Words("提出退办申请", "object"),
    "contact": Words("首次联系提出人", "contact the submitter"),
    "co_opinion": Words("向主办单位反馈协办意见", "give the lead its opinion"),
    "reply": Words("答复", "reply"),
    "rework": Words("重办答复", "reply again"),
    "promise": Words("兑现承诺", "keep the promise"),
    "evaluation": Words("作满意度测评", "rate the reply"),
    "relay": Words("确认收到转递", "confirm that it has been passed on to you"),
    "take": Words("认领或转交", "take it up or pass it on"),
    "feedback": Words("向提出人反馈", "tell the voter what was answered"),
}
#: Who owes something on a case beside its departments.
HOLDERS: Mapping[str, Words] = {
    "informant": Words("民情信息员", "informant"),
    "deputy": Words("人大代表", "deputy"),
    "presidium": Words("主席团", "presidium"),
    "station": Words("代表联络站", "liaison station"),
}
#: Where a hop of a relay stands.
HOPS: Mapping[str, Words] = {
    HopState.TOLD: Words("待确认", "to be confirmed"),
    HopState.TAKEN: Words("已确认", "confirmed"),
    HopState.PASSED: Words("已转递", "passed on"),
    HopState.MISSED: Words("无人确认", "confirmed by nobody"),
}
#: Where the care of a deputy stands.
CARES: Mapping[str, Words] = {
    CareState.ASKED: Words("待认领", "to be taken"),
    CareState.TAKEN: Words("已认领", "taken"),
    CareState.PASSED_ON: Words("已转交", "passed on"),
    CareState.FED_BACK: Words("已反馈", "fed back"),
    CareState.ENDED: Words("已终止", "ended"),
}
#: Why a version of a deadline was set; `{rule}` is how long the step may take.
DEADLINE_CAUSES: Mapping[str, Words] = {
    "assigned": Words("交办，限 {rule}", "assigned, {rule}"),
    "reopened": Words("重办，限 {rule}", "reopened, {rule}"),
    "promised": Words("承诺的日期", "the day that was promised"),
    "extended": Words("经批准延期", "an extension was granted"),
    "resumed": Words("挂起结束，按挂起的时间顺延", "the pause ended; moved by what was paused"),
    "rescheduled": Words("工作日历变动，重新计算", "the working days have changed; counted again"),
    "entrusted": Words("请其办理时确定", "when it was asked for"),
}
#: What has become of a version of a deadline.
DEADLINE_STATES: Mapping[str, Words] = {
    "open": Words("计时中", "running"),
    "met": Words("按期", "met"),
    "missed": Words("逾期", "missed"),
    "replaced": Words("已由后一版本取代", "replaced by a later version"),
    "paused": Words("挂起，停止计时", "paused, the clock stopped"),
    "void": Words("不再需要", "nothing to do any more"),
    "lapsed": Words("未行使，已失效", "not used, lapsed"),
}
CARDS: Mapping[str, Words] = {"yellow": Words("黄牌预警", "yellow card"), "red": Words("红牌警示", "red card")}
#: What stands in the place of a rung of the ladder where somebody has put a case under supervision; no code of a catalogue has
#: its underscore.
BY_HAND = "by_hand"
RAISINGS: Mapping[str, Words] = {BY_HAND: Words("直接督办", "supervision by hand")}
#: What a supervision came to.
RESULTS: Mapping[str, Words] = {
    "summons": Words("约见单位负责人", "summons of the department's head"),
    "promise": Words("单位作出承诺", "a new promise"),
    "criticism": Words("通报批评", "criticism"),
    "closed": Words("督办结束", "closed"),
}
PROMISED: Mapping[str, Words] = {
    "open": Words("待兑现", "to be kept"),
    "kept": Words("已兑现", "kept"),
    "broken": Words("没有按期兑现", "not kept in time"),
    "released": Words("已转交其他单位", "taken from the department"),
}
#: What a printed code is of.
CODE_KINDS: Mapping[str, Words] = {
    "station": Words("代表联络站码", "liaison station"),
    "household": Words("入户码", "household"),
    "deputy": Words("代表码", "deputy"),
    "activity": Words("活动码", "activity"),
    "mobile": Words("流动站码", "mobile station"),
    "enterprise": Words("企业码", "enterprise"),
}
CODE_STATES: Mapping[str, Words] = {
    "issued": Words("已制码，未张贴", "issued"),
    "installed": Words("已张贴", "installed"),
    "replaced": Words("已更换新码", "replaced"),
    "retired": Words("已停用", "retired"),
}
ERASURES: Mapping[str, Words] = {
    "persons": Words("提出人、联名人的个人信息", "who submitted and signed it"),
    "content": Words("个人信息和所填写的内容", "who submitted and signed it, and what was written"),
}

#: Every table by what its codes are of.
TABLES: Mapping[str, Mapping[str, Words]] = {
    "state": STATES,
    "state beside the lead": CO_STATES,
    "public standing": PUBLIC_STANDINGS,
    "outcome": OUTCOMES,
    "rating": RATINGS,
    "aspect of a rating": ASPECTS,
    "cause of rework": CAUSES,
    "basis of an assignment": BASES,
    "cause of a raise": COUNTED,
    "channel": CHANNELS,
    "level": LEVELS,
    "visibility": VISIBILITIES,
    "role": ROLES,
    "contact": CONTACTS,
    "subject of a ruling": RULED,
    "deadline": DEADLINES,
    "holder of a duty": HOLDERS,
    "state of a hop": HOPS,
    "state of a care": CARES,
    "cause of a deadline": DEADLINE_CAUSES,
    "state of a deadline": DEADLINE_STATES,
    "card": CARDS,
    "supervision without a rung": RAISINGS,
    "result of a supervision": RESULTS,
    "promise": PROMISED,
    "kind of code": CODE_KINDS,
    "state of a code": CODE_STATES,
    "erasure": ERASURES,
    **people.TABLES,
    **session_words.TABLES,
}


def word(table: Mapping[str, Words], code: str) -> Words:
    """What a code is called; the code itself where the table does not have it."""
    return table.get(code) or Words(code, code)
