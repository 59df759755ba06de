"""Letters that say what is new to somebody with an account: how many notices of which kind, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.fragments import MOST_COUNTED
from services.contracts.messages.accounts import LetterGathered
from services.contracts.words.notices import NOTICES
from services.contracts.words.vocabulary import word
from services.notify.domain.letters.wording import CHOSEN, GREETINGS

#: What such a letter is about.
DIGEST: Final = "digest"
#: Where a reader sees all of them, and where they choose whether they want such letters.
NEW_NOTICES: Final = "/notices?unread=1"
CHOOSING: Final = "/notices/letters"
TITLES: Final = ("【回应】您有 {} 条新消息", "[Huiying] New notices for you: {}")
MORE: Final = ("{} 条以上", "over {}")
NUMBERS: Final = ("{what}：{number} 条", "{what}: {number}")
ALL: Final = ("查看全部消息：{}", "All that is new: {}")
STOP: Final = ("不想再收到此类提醒，或想改变时间和方式：{}", "To get no more of these, or at another time or by another way: {}")


def write_gathered(message: LetterGathered, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter, in the language of its reader."""
    (index,) = CHOSEN[message.language]
    total = sum(each.number for each in message.news)
    place = (catalogue.name, catalogue.name_en)[index]
    lines = (GREETINGS[index].format(message.name), "", *_lines(message, index), "", f"—— {place}")
    return TITLES[index].format(_number(total, index)), "\n".join(lines) + "\n"


def _lines(message: LetterGathered, index: int) -> Iterator[str]:
    for each in message.news:
        yield NUMBERS[index].format(what=word(NOTICES, each.kind)[index], number=_number(each.number, index))
        if message.site:
            yield from (f"  {message.site}{path}" for path in each.paths)
    if message.site:
        yield ""
        yield ALL[index].format(message.site + NEW_NOTICES)
        yield STOP[index].format(message.site + CHOOSING)


def _number(number: int, index: int) -> str:
    return str(number) if number <= MOST_COUNTED else MORE[index].format(MOST_COUNTED)
