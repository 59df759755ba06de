"""What a notice says: one line for each kind, in the voice of an office to the one who reads it."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.words.bilingual import Words

NOTICES: Mapping[str, Words] = {
    "assigned": Words("新交办件", "A new assignment"),
    "reopened": Words("退回重办", "To be handled again"),
    "denied": Words("退办申请未获同意", "An objection was not upheld"),
    "extended": Words("延期申请已获同意", "An extension was granted"),
    "not_extended": Words("延期申请未获同意", "An extension was refused"),
    "moved": Words("已改派其他单位", "Assigned to another department"),
    "ended": Words("无需继续办理", "Nothing more to do"),
    "sent_back": Words("答复被退回修改", "A draft was sent back"),
    "drafted": Words("答复待审批", "A reply waits for approval"),
    "advised": Words("协办单位已提交意见", "A co-handler has given its part"),
    "resumed": Words("恢复计时", "The clock runs again"),
    "detailed": Words("提出人补充了情况", "The submitter has told more"),
    "joined": Words("有意见并入本案", "Another opinion is handled with it"),
    "rated": Words("提出人已评价，办结", "Rated by the submitter and concluded"),
    "marked": Words("列为重点督办或领导领办", "On the key list, or led in person"),
    "raised": Words("提级办理", "Raised to the next level"),
    "rechecked": Words("已作回头看", "Looked at again"),
    "broken": Words("承诺逾期未兑现", "A promise was not kept in time"),
    "reminded": Words("催办提醒", "A reminder"),
    "card": Words("已发牌警示", "A card was issued"),
    "supervised": Words("已列入督办", "Under supervision"),
    "scheduled": Words("已列入督政议事会议程", "On the agenda of a meeting"),
    "resolved": Words("督办已有结果", "A supervision has its result"),
    "objected": Words("承办单位申请退办，待裁定", "An objection waits for a ruling"),
    "asked": Words("承办单位申请延期，待裁定", "An extension waits for a ruling"),
    "relay": Words("有意见转递给您，待确认", "A relay waits for your confirmation"),
    "take": Words("有意见待您认领", "An opinion waits for you to take it up"),
    "feedback": Words("已答复，待您向提出人反馈", "Answered: the voter waits to hear from you"),
    "late": Words("催办：尚待您办理", "Still waiting for you"),
}
