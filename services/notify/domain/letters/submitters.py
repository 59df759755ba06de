"""Notifications to submitters: what they read at each step of their opinion, by which ways, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.accounts import LetterGathered, LetterLinked
from services.contracts.messages.duties import LetterEntrusted
from services.contracts.messages.sessions import LetterBooked
from services.contracts.messages.supervision import LetterRequested
from services.contracts.people.contacts import NotReachable, Telephone, mailbox, telephone
from services.notify.domain.letters.gathered import write_gathered
from services.notify.domain.letters.members import CHANGED, LETTERS, cannot_wait, write_to_entrusted, write_to_member
from services.notify.domain.letters.visitors import BOOKED, write_to_visitor
from services.notify.domain.letters.wording import fact_lines, write_letter

#: What asks for a letter to somebody.
AnyLetter = LetterRequested | LetterLinked | LetterEntrusted | LetterBooked | LetterGathered
LONGEST_TITLE = 200
CONTACT = "{to}"

#: By what a notification is about: its title and first sentence, in Chinese and English.
STEPS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "received": (
        ("已收到", "We have received your opinion"),
        ("您提出的意见建议“{title}”已收到，感谢您的参与。", 'We have received your opinion "{title}". Thank you for taking part.'),
    ),
    "returned": (
        ("请补充内容", "Please add details"),
        (
            "您提出的意见建议“{title}”需要补充内容后才能办理。",
            'Your opinion "{title}" needs some more details before it can be handled.',
        ),
    ),
    "declined": (
        ("不予受理", "Not accepted"),
        ("您提出的意见建议“{title}”未能受理。", 'Your opinion "{title}" could not be accepted here.'),
    ),
    "assigned": (
        ("已交办", "Assigned to a department"),
        ("您提出的意见建议“{title}”已交办。", 'Your opinion "{title}" has been assigned.'),
    ),
    "taken": (
        ("代表已认领", "A deputy has taken it up"),
        (
            "您提出的意见建议“{title}”已由人大代表认领，答复后由其向您反馈。",
            'A deputy has taken up your opinion "{title}" and will tell you what is answered.',
        ),
    ),
    "replied": (
        ("已答复，请评价", "Answered: please evaluate"),
        (
            "您提出的意见建议“{title}”已有答复，请查看并作满意度测评。",
            'Your opinion "{title}" has been answered. Please read the answer and say whether you are satisfied.',
        ),
    ),
    "evaluate": (
        ("请评价", "Please evaluate"),
        (
            "您提出的意见建议“{title}”正在等待您的满意度测评。",
            'Your opinion "{title}" waits for your evaluation of how it was handled.',
        ),
    ),
    "kept": (
        ("承诺已兑现，请评价", "A promise was kept: please evaluate"),
        (
            "就您提出的意见建议“{title}”所作的承诺已经兑现，请再次评价。",
            'What was promised about your opinion "{title}" has been done. Please evaluate once more.',
        ),
    ),
    "supported": (
        ("附议成功", "You support an opinion"),
        ("您已附议意见建议“{title}”，有答复时将告知您。", 'You support the opinion "{title}". You will be told of the reply.'),
    ),
    "support_replied": (
        ("附议的意见建议已答复", "Answered: an opinion that you support"),
        ("您附议的意见建议“{title}”已有答复，请查看。", 'The opinion "{title}", which you support, has been answered.'),
    ),
    "support_kept": (
        ("承诺已兑现", "A promise was kept"),
        (
            "就您附议的意见建议“{title}”所作的承诺已经兑现。",
            'What was promised about the opinion "{title}", which you support, has been done.',
        ),
    ),
    "resent": (
        ("找回回执号", "Your receipt again"),
        (
            "您申请找回“{title}”的回执号。如非本人操作，请忽略。",
            'You asked for the receipt of "{title}" again. If it was not you, ignore this.',
        ),
    ),
}
RECEIPT = ("回执号：{receipt}（请妥善保管，凭此查询）", "Receipt: {receipt} (keep it to yourself: it opens your case)")
#: These are sent at once, because the submitter is waiting for them; the rest is sent in office hours.
AT_ONCE = frozenset({"received", "resent", "supported", *LETTERS, *BOOKED, *CHANGED})

#: Several notifications that fail one after the other are taken for the way's fault, one alone for its address's.
FAILURES_OF_A_WAY = 3
#: How a mail server says that there is no such mailbox: trying again will not change it.
REFUSED_FOR_GOOD = re.compile(r"\(55[0-4], ")
#: Reasons that may be shown: what a server said in full can hold the address. The first that is found counts.
CAUSES: Sequence[tuple[re.Pattern[str], str]] = (
    (REFUSED_FOR_GOOD, "the mail server refused the address for good"),
    (re.compile(r"\(4\d\d, "), "the mail server asked to try again later"),
    (re.compile(r"timed? ?out", re.IGNORECASE), "timed out"),
    (re.compile(r"connection|refused|unreachable|resolve|name or service", re.IGNORECASE), "could not be reached"),
    (re.compile(r"auth|login|535", re.IGNORECASE), "refused our credentials"),
    (re.compile(r"error=\d{3}|\b[45]\d\d\b"), "answered with an error"),
)


@dataclass(frozen=True, slots=True)
class SubmitterNotification:
    """One notification to a submitter by one `way`: `email`, `sms` or `chat`. `reason` is set when it cannot be sent at all."""

    way: str
    contact: str
    title: str
    body: str
    reason: str | None = None
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class SubmitterDelivery:
    """What became of one notification to a submitter by one `way`; who it was for is not in it."""

    id: str
    opinion: str
    about: str
    way: str
    state: str
    attempts: int
    at: datetime
    next_at: datetime | None
    begun: datetime | None
    ended: datetime | None
    reason: str | None


class SubmitterChannels:
    """The channels to submitters that the settings configure: an Apprise address with `{to}` for each."""

    def __init__(self, catalogue: Catalogue, ways: Mapping[str, str]) -> None:
        self._catalogue, self._ways = catalogue, {way: url for way, url in ways.items() if url}

    def url(self, way: str, contact: str) -> str | None:
        """The Apprise address of one submitter; None when this channel is not configured."""
        template = self._ways.get(way)
        return template.replace(CONTACT, quote(contact, safe="")) if template else None

    def offers(self, way: str) -> bool:
        """Whether this channel is configured."""
        return way in self._ways

    def notifications(self, message: AnyLetter) -> Iterator[SubmitterNotification]:
        """One for each contact that the submitter left, also when it cannot be sent, so that nothing vanishes."""
        other = ("chat", message.chat) if isinstance(message, LetterGathered) else ("sms", message.phone)
        for way, given in (("email", message.email), other):
            if given and way not in self._ways:
                yield SubmitterNotification(way, "", "", "", "this way of writing to submitters is not set up", dropped=True)
            elif given:
                yield self._notification(way, given, message)

    def _notification(self, way: str, given: str, message: AnyLetter) -> SubmitterNotification:
        try:
            contact = mailbox(given) if way == "email" else telephone(given) if way == "sms" else given
        except NotReachable:
            return SubmitterNotification(way, "", "", "", "not an address")
        if isinstance(contact, Telephone) and not contact.takes_text:
            return SubmitterNotification(way, "", "", "", "this number takes calls only, no text messages", dropped=True)
        return SubmitterNotification(way, str(contact), *_write(message, self._catalogue))

    def first_at(self, message: AnyLetter, now: datetime) -> datetime:
        """From when a notification may leave."""
        opening = self._catalogue.calendar.next_opening(now)
        return now if message.about in AT_ONCE or cannot_wait(message, opening) else opening


def _write(message: AnyLetter, catalogue: Catalogue) -> tuple[str, str]:
    match message:
        case LetterLinked():
            return write_to_member(message, catalogue)
        case LetterEntrusted():
            return write_to_entrusted(message, catalogue)
        case LetterBooked():
            return write_to_visitor(message, catalogue)
        case LetterGathered():
            return write_gathered(message, catalogue)
    return write_to_submitter(message, catalogue)


def write_to_submitter(message: LetterRequested, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a notification."""
    steps, sentences = STEPS[message.about]

    def said(index: int) -> Iterator[str]:
        yield sentences[index].format(title=message.title)
        yield from fact_lines(message.facts, index, catalogue)
        yield RECEIPT[index].format(receipt=message.receipt)

    title, body = write_letter(steps, message.name or None, said, catalogue)
    return title[:LONGEST_TITLE], body


def cause_of(said: str) -> tuple[str, bool]:
    """(why a notification was not taken, in words that name nobody; whether trying again is useless)."""
    words = next((words for pattern, words in CAUSES if pattern.search(said)), "not taken")
    return words, bool(REFUSED_FOR_GOOD.search(said))
