"""Rules of erasing, and the texts that replace what was erased."""

from __future__ import annotations

from services.contracts.errors import Invalid

#: The type of the timeline entry.
ERASED = "opinion.erased"
#: These replace the title and the text.
ERASED_TITLE = "内容已删除 · Erased"
ERASED_CONTENT = "依申请删除了提出人填写的内容。What its submitter wrote was erased on request."


def check_erasure(*, first: bool, content: bool) -> None:
    """Raises `Invalid` when the words of an opinion are to be erased for somebody who only signed it."""
    if content and not first:
        reason = "A co-signer's receipt erases the co-signer; the text is the submitter's."
        raise Invalid("Erase the content by the opinion's id or the submitter's receipt.", {"content": [reason]})
