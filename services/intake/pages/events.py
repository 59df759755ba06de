"""The names of events and actors on pages, Chinese and English: a row for every message."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.commands import CommandAccepted, CommandRejected
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.merging import (
    AssignmentDetailed,
    AssignmentJoined,
    AssignmentParted,
    OpinionJoined,
    OpinionParted,
    OpinionUnmerged,
)
from services.contracts.messages.opinions import (
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import (
    CalendarChanged,
    CardIssued,
    LetterCancelled,
    LetterRequested,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    ReminderSent,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.contracts.words import Words
from services.intake.domain.actors import DEPARTMENT, HEAD, LADDER, OFFICE, POLICY, ROUTING, SUBMITTER, SUPERVISOR
from services.intake.domain.erasing import ERASED

EVENTS: Mapping[str, Words] = {
    OpinionSubmitted.TYPE: Words("收到意见建议", "Received"),
    OpinionAccepted.TYPE: Words("予以受理", "Accepted"),
    OpinionReturned.TYPE: Words("请您补充", "More detail asked for"),
    OpinionDetailed.TYPE: Words("补充情况", "More detail given"),
    OpinionMerged.TYPE: Words("并案办理", "To be handled with another"),
    OpinionJoined.TYPE: Words("另一件同类意见建议并入办理", "Another opinion is handled with this one"),
    OpinionUnmerged.TYPE: Words("撤销并案，单独办理", "Handled on its own again"),
    OpinionParted.TYPE: Words("并入的意见建议改为单独办理", "Another opinion is no longer handled with this one"),
    OpinionWithdrawn.TYPE: Words("撤回", "Withdrawn"),
    OpinionDeclined.TYPE: Words("不予受理", "Not accepted"),
    OpinionEvaluated.TYPE: Words("作出评价", "Rated"),
    AssignmentCreated.TYPE: Words("交办", "Assigned"),
    AssignmentSigned.TYPE: Words("签收", "Signed for"),
    AssignmentProgressed.TYPE: Words("办理进展", "Progress"),
    AssignmentObjected.TYPE: Words("申请退办", "Objection"),
    AssignmentRuled.TYPE: Words("裁定", "Ruling"),
    AssignmentReassigned.TYPE: Words("转办", "Reassigned"),
    AssignmentAsked.TYPE: Words("申请延期", "More time asked for"),
    AssignmentExtended.TYPE: Words("准予延期", "Extended"),
    AssignmentPaused.TYPE: Words("挂起", "Paused"),
    AssignmentResumed.TYPE: Words("恢复办理", "Resumed"),
    AssignmentReplied.TYPE: Words("答复", "Answered"),
    AssignmentReopened.TYPE: Words("重新办理", "To be handled again"),
    AssignmentConcluded.TYPE: Words("办结", "Concluded"),
    AssignmentCancelled.TYPE: Words("不再承办", "No longer asked for"),
    AssignmentAdvised.TYPE: Words("就所办部分答复", "Answered for its part"),
    AssignmentDrafted.TYPE: Words("拟好答复", "Answer drafted"),
    AssignmentAmended.TYPE: Words("退回修改", "Draft sent back"),
    AssignmentMarked.TYPE: Words("重点督办", "Key supervision"),
    AssignmentRaised.TYPE: Words("提级办理", "Raised to the next level"),
    AssignmentRechecked.TYPE: Words("回头看", "Looked at again"),
    AssignmentRescheduled.TYPE: Words("工作日调整，期限随之调整", "Deadlines moved with the working days"),
    AssignmentJoined.TYPE: Words("承办单位已知并案", "The department was told of the merge"),
    AssignmentParted.TYPE: Words("承办单位已知撤销并案", "The department was told that the merge is undone"),
    AssignmentDetailed.TYPE: Words("补充情况已转承办单位", "The department was told the details"),
    PromiseMade.TYPE: Words("作出承诺", "Promised"),
    PromiseKept.TYPE: Words("兑现承诺", "Promise kept"),
    PromiseBroken.TYPE: Words("承诺到期未兑现", "Promise not kept"),
    ReminderSent.TYPE: Words("催办提醒", "Reminded"),
    CardIssued.TYPE: Words("亮牌", "A card was issued"),
    SupervisionRaised.TYPE: Words("启动督办", "Supervision begun"),
    SupervisionScheduled.TYPE: Words("列入督政议事会", "On the agenda of a meeting"),
    SupervisionResolved.TYPE: Words("督办结果", "Result of the supervision"),
    CalendarChanged.TYPE: Words("工作日有调整", "The working days have changed"),
    LedgerHeaded.TYPE: Words("公开账本签名", "A head of the ledger was signed"),
    LetterRequested.TYPE: Words("通知提出人", "Submitter told by letter"),
    LetterCancelled.TYPE: Words("不再通知提出人", "Submitter no longer told by letter"),
    ERASED: Words("删除个人信息", "Personal data erased"),
    CommandAccepted.TYPE: Words("操作已被接受", "A command was carried out"),
    CommandRejected.TYPE: Words("操作未被接受", "A command was refused"),
}

ACTORS: Mapping[str, Words] = {
    SUBMITTER: Words("提出人", "the submitter"),
    OFFICE: Words("人大机关审核人员", "a reviewer of the congress office"),
    POLICY: Words("按受理规则自动审核", "automatically, by the rules of acceptance"),
    ROUTING: Words("按交办规则自动处理", "automatically, by the rules of assignment"),
    SUPERVISOR: Words("人大督办人员", "a supervisor of the congress"),
    DEPARTMENT: Words("承办单位", "the department"),
    HEAD: Words("承办单位负责人", "the department's head"),
    LADDER: Words("按督办规则自动处理", "automatically, by the rules of supervision"),
}
