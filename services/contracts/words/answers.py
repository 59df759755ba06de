"""The answers to a department's commands: every code, with its meaning and what to do, in Chinese and English.

A refusal of a handler has the slug of its error (`contracts/errors.py`) as its code; the others stand for what was found before
a handler was asked. A program decides by the code and shows the words to people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.contracts.words.bilingual import Words

ACCEPTED, FAILED, ID_USED = "accepted", "failed", "id-used"


#: Why a command is not even read, by code. Nothing was done, and the id may be used again.
UNREADABLE: Mapping[str, Words] = {
    "not-utf8": Words(
        "命令正文不是 UTF-8（可能是 GBK，或经过压缩）。请以 UTF-8 编码、不压缩重新发送。",
        "The body is not UTF-8 (it may be GBK, or compressed). Send it again in UTF-8 and not compressed.",
    ),
    "not-json": Words("命令正文不是 JSON。请修正后重新发送。", "The body is not JSON. Correct it and send it again."),
    "not-object": Words(
        '命令正文须为一个 JSON 对象：{"id": …, "data": {…}}。',
        'The body has to be one JSON object: {"id": …, "data": {…}}.',
    ),
    "no-id": Words(
        "命令没有编号。请在 AMQP 属性 message_id 或正文的 id 中给出一个不重复的编号。",
        "The command has no id. Give it one of its own, as the AMQP property message_id or as the body's id.",
    ),
    "bad-id": Words(
        "命令编号不可用：须为不超过 64 个可见字符的文字。",
        "The command's id cannot be kept: it has to be a text of at most 64 printable characters.",
    ),
}
CODES: Mapping[str, Words] = {
    ACCEPTED: Words("命令已办理。", "The command was carried out."),
    **UNREADABLE,
    ID_USED: Words(
        "这个编号的命令已经办理过，内容却不同。新的命令请用新的编号。",
        "A command with this id was carried out, and it was another one. Use a new id for a new command.",
    ),
    "unknown-verb": Words("没有这种命令。", "There is no such command."),
    "no-assignment": Words("命令须写明交办件编号（data.assignment）。", "A command names its assignment (data.assignment)."),
    "not-found": Words("没有这个交办件。请核对编号。", "There is no such assignment."),
    "not-allowed": Words("这个交办件不属于本单位，不能办理。", "This assignment is not this department's."),
    "conflict": Words("交办件目前的状态不允许这样办理。", "This is not possible in the assignment's present state."),
    "invalid": Words("有字段不符合要求，详见 errors。请修正后重新发送。", "Correct the fields named in 'errors' and send again."),
    "malformed": Words("正文含有无法保存的字符（U+0000）。", "The body holds the character U+0000, which no store can keep."),
    "too-large": Words("命令过大。请缩短后重新发送。", "The command is too large. Shorten it and send it again."),
    "too-many": Words("命令过多。请稍后重新发送。", "Too many commands. Send it again later."),
    "unavailable": Words("系统暂时不可用。请稍后重新发送。", "Not available right now. Send it again later."),
    FAILED: Words(
        "系统未能办理这条命令，已记录待查。没有任何改动，可以用同一编号重新发送。",
        "The command could not be carried out, and is kept for the operators. Nothing was changed; it may be sent again as it is.",
    ),
}


def words_of(code: str) -> Words:
    """The text of a code; for one that is not in the table, a general text."""
    return CODES.get(code, Words("命令未被接受。", "The command was refused."))


def in_chinese(code: str, state: str | None, allowed: Sequence[str], errors: Mapping[str, Sequence[str]]) -> str:
    """The Chinese text of a code, with the wrong fields, the state of the assignment and the possible moves."""
    parts = [words_of(code).zh]
    if errors:
        parts.append(f"字段：{'、'.join(errors)}。")
    if state is not None:
        parts.append(f"当前状态：{state}；现在可以：{'、'.join(allowed) or '无'}。")
    return "".join(parts)
