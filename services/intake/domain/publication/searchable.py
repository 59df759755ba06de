"""What staff find an opinion by: the words of its text, without what names or reaches a person."""

from __future__ import annotations

import re
from typing import Final

from services.intake.domain.publication.bigrams import bigrams
from services.intake.domain.publication.masking import mask

#: Where none of this is, nothing would be masked but parts of addresses, which staff look for.
_PERSONAL: Final = re.compile(
    r"[@＠]|\d(?:[\s·－—-]?\d){6}|我叫|我是|本人|姓名|联系人|反映人|签名|先生|女士|大[爷妈叔姐哥]|微信|wechat|weixin|qq|家住|住[在址]",
    re.IGNORECASE,
)
_MASKED: Final = re.compile("〔[^〕]*〕|[\u4e00-\u9fff]某某")


def staff_terms(title: str, content: str) -> list[str]:
    """The terms of an opinion's text, each once; always the same ones for the same text."""
    text = f"{title}\n{content}"
    return bigrams(_MASKED.sub(" ", mask(text)) if _PERSONAL.search(text) else text)
