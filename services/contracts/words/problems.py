"""The types of problems in words, Chinese and English: for their pages, and for answers in Chinese."""

from __future__ import annotations

import http
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One type of problem: its title, and what to do next."""

    title_zh: str
    title: str
    advice_zh: str
    advice: str


PROBLEMS: Mapping[str, Meaning] = {
    "malformed": Meaning(
        "内容无法读取", "The body cannot be read",
        "请检查 JSON 是否完整、是否为 UTF-8 编码的对象。", "Send one JSON object in UTF-8, without U+0000.",
    ),
    "not-signed-in": Meaning(
        "需要有效的访问令牌", "A valid access token is needed",
        "请带上 Authorization: Bearer <令牌>；令牌用 huiying token create 生成，可能已过期或被吊销。",
        "Send 'Authorization: Bearer <token>'. Make a token with 'huiying token create'; yours may have expired or been revoked.",
    ),
    "not-allowed": Meaning(
        "此令牌不能这样做", "This token may not do that",
        "请换用有此权限的角色或部门的令牌。", "Use the token of a role or department that may.",
    ),
    "not-found": Meaning(
        "没有此项", "There is no such thing",
        "请核对网址和编号；也可能无权知道它存在。",
        "Check the address and the id; it may also be that the caller may not know of it.",
    ),
    "conflict": Meaning(
        "当前状态下不能这样做", "Not possible in the present state",
        "请重新读取最新状态，再从允许的操作中选择。", "Read it again and choose among the moves that it allows now.",
    ),
    "changed": Meaning(
        "读取之后已有变动", "It has changed since it was read",
        "请重新读取，核对变动，再带上新的 ETag 重试。", "Read it again, see what has changed, and send the new ETag as If-Match.",
    ),
    "too-large": Meaning(
        "内容太大", "The body is too large",
        "请减少内容或分批发送。", "Send less at a time.",
    ),
    "unsupported-type": Meaning(
        "不接受此内容类型", "This content type is not taken here",
        "请按接口说明设置 Content-Type，不要压缩。",
        "Set the Content-Type that the API's description names, without a content coding.",
    ),
    "invalid": Meaning(
        "有字段不正确", "Some fields are not right",
        "请按 errors 中列出的字段逐一改正后重发。", "Put right the fields that 'errors' names and send it again.",
    ),
    "too-many": Meaning(
        "请求太频繁", "Too many requests",
        "什么都没有改变。请按 Retry-After 的秒数等待后重发同一请求。",
        "Nothing was changed. Wait for the seconds of Retry-After and send the same request again.",
    ),
    "unavailable": Meaning(
        "暂时不可用", "Not available right now",
        "什么都没有改变。请稍后重发同一请求。", "Nothing was changed. Send the same request again in a moment.",
    ),
    "no-room": Meaning(
        "暂时不能接收更多意见", "No room for more opinions right now",
        "什么都没有保存。请稍后重发；管理员请查看消息队列和磁盘。",
        "Nothing was stored. Send it again later; administrators look at the broker and the disk.",
    ),
    "internal": Meaning(
        "系统出了差错", "Something went wrong here",
        "差错已记入日志，询问时请报 X-Request-ID。", "It is in the log; name the X-Request-ID if you ask about it.",
    ),
    "not-http": Meaning(
        "请求不符合 HTTP", "The request is not HTTP as it should be",
        "请检查请求行、请求头和内容长度。", "Check the request line, the headers and the length of the body.",
    ),
    "no-answer": Meaning(
        "服务没有答复", "The service did not answer",
        "请求可能已经生效。请带上同一 Idempotency-Key 重发同一请求。",
        "The request may have taken effect. Send it again with the same Idempotency-Key.",
    ),
    "too-slow": Meaning(
        "请求没有及时送达", "The request did not arrive in time",
        "请一次连续发完整个请求。", "Send the whole request without pauses.",
    ),
    "address-too-long": Meaning(
        "网址太长", "The address is too long",
        "请缩短网址，把内容放进请求体。", "Shorten the address; long values belong into the body.",
    ),
    "expectation": Meaning(
        "不支持所期望的功能", "What the request expects is not offered",
        "请去掉 Expect 头。", "Leave the header Expect out.",
    ),
    "head-too-large": Meaning(
        "请求头太大", "The head of the request is too large",
        "请减少请求头和 Cookie。", "Send fewer or shorter headers and cookies.",
    ),
    "not-implemented": Meaning(
        "不支持此操作", "Not done here",
        "请按接口说明选择方法。", "Use a method that the API's description names.",
    ),
}  # fmt: skip


def meaning_of(slug: str) -> Meaning | None:
    """The words for a type of problem; for `http-<status>` those of HTTP. None for an unknown type."""
    status = re.fullmatch("http-([45][0-9][0-9])", slug)
    if status is None:
        return PROBLEMS.get(slug)
    try:
        phrase = http.HTTPStatus(int(status[1])).phrase
    except ValueError:
        return None
    return Meaning(
        f"HTTP {status[1]}", f"{phrase} (HTTP {status[1]})",
        "请对照接口说明检查方法、网址和请求头。", "Compare method, address and headers with the API's description.",
    )  # fmt: skip
