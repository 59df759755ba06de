"""How to reach somebody: telephone numbers and mailboxes as people write and paste them, in the one form that can be used."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, shortnumberinfo

from services.contracts.words.text import value

REGION, COUNTRY = "CN", 86
SHORTEST_NUMBER = 5
SHORTEST_SERVICE, LONGEST_SERVICE = 3, 6
ONE_TELEPHONE = (
    "请只填一个电话号码，其他号码写在内容里。 One telephone number only; name others in the text.",
    (
        "请填一个打得通的电话号码：手机 11 位，固定电话带区号（0577-62510000），分机写“转8012”。 Not a telephone number: "
        "a mobile has 11 digits, a landline its area code (0577-62510000), an extension stands behind 'ext'."
    ),
)
ONE_MAILBOX = "请填一个邮箱地址，例如 wang@example.org。 One e-mail address, such as wang@example.org."
#: No number and no address is longer, with whatever stands around it (characters); more is not looked through.
LONGEST_CONTACT = 500
#: What stands before a number or an address that was copied together with its name.
_LABEL = re.compile(
    r"(?:联系|办公|移动)?(?:电话|手机|座机|固话)(?:号码|号)?|(?:tele|mobile |cell )?phone(?: number)?|tel|mobile|cell",
    re.IGNORECASE,
)
_MAIL_LABEL = re.compile(r"(?:电子)?(?:邮箱|邮件)(?:地址)?|e-?mail(?: address)?|mailto", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"\s*[.:]*\s*")
_DASHES = re.compile(r" *--+ *")
_CLOSING = " .,;:。、"
_EXTENSION = re.compile(r"(.*?)[\s,(]*(?:转|轉|分机号?|分機號?|ext(?:ension|n)?\.?|[x#])\s*:?\s*([0-9]{1,6})\)?", re.IGNORECASE)
#: 0577-62510000-8012: a landline or a number of a switchboard with a third group behind it.
_THIRD_GROUP = re.compile(r"(\(?0[0-9]{2,3}\)?[- ]?[0-9]{7,8}|[48]00-?[0-9]{3}-?[0-9]{4})-([0-9]{1,6})")
_SEPARATORS = re.compile(r"[、,;/|]|或者?|和|\bor\b|\band\b")
_NUMBER = re.compile(r"[+0-9][-0-9(). ]*|\([-0-9(). ]+")
#: A service number of another city: 0577-12345.
_SERVICE = re.compile(r"(0[0-9]{2,3})-?([0-9]{3,6})")
_MAILBOX = re.compile(r"[^\s@,;<>\"'()]{1,64}@[^\s@,;<>\"'()]{1,255}")
_INSIDE = re.compile(r"[^<>]*<([^<>]+)>")
#: A mobile of here and nothing else, as most people write theirs; it is in its canonical form already.
_PATTERN: str = PhoneMetadata.metadata_for_region(REGION).mobile.national_number_pattern  # type: ignore[union-attr, assignment]
_MOBILE = re.compile(_PATTERN, re.ASCII)


class NotReachable(ValueError):
    """Not one telephone number or one mailbox; the message says what to do, Chinese and English."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """One number that can be dialled: as in the country itself where it is of here, else with `+` and the country's code."""

    number: str
    extension: str | None = None

    def __str__(self) -> str:
        """The canonical form, which reads back as itself."""
        if self.extension is None:
            return self.number
        return f"{self.number}-{self.extension}" if "-" in self.number else f"{self.number} ext. {self.extension}"

    @property
    def takes_text(self) -> bool:
        """Whether a text message could reach somebody: behind a switchboard and at a service number nobody reads one."""
        return self.extension is None and len(self.number.rpartition("-")[2]) > LONGEST_SERVICE


def telephone(text: str) -> Telephone:
    """The one telephone number in a text; raises `NotReachable` for none, for several, and for what cannot be dialled."""
    if _MOBILE.fullmatch(text):
        return Telephone(text)
    if len(text) > LONGEST_CONTACT:
        raise NotReachable(ONE_TELEPHONE[1])
    plain = _DASHES.sub("-", _without_label(value(text), _LABEL))
    if _holds_several(plain):
        raise NotReachable(ONE_TELEPHONE[0])
    found = _THIRD_GROUP.fullmatch(plain) or _EXTENSION.fullmatch(plain)
    dialled, extension = (found[1].strip(" -"), found[2]) if found else (plain, None)
    number = _dialled(dialled) if _NUMBER.fullmatch(dialled) else None
    if number is None:
        raise NotReachable(ONE_TELEPHONE[1])
    return Telephone(number, extension)


def mailbox(text: str) -> str:
    """The one e-mail address in a text; raises `NotReachable` for none and for several."""
    if len(text) > LONGEST_CONTACT:
        raise NotReachable(ONE_MAILBOX)
    plain = value(text)
    inside = _INSIDE.fullmatch(plain)
    address = _without_label(inside[1] if inside else plain, _MAIL_LABEL)
    if not _MAILBOX.fullmatch(address):
        raise NotReachable(ONE_MAILBOX)
    return address


def _without_label(text: str, label: re.Pattern[str]) -> str:
    found = label.match(text)
    if found:
        text = text[_AFTER_LABEL.match(text, found.end()).end() :]  # type: ignore[union-attr]
    return text.strip(_CLOSING)


def _holds_several(text: str) -> bool:
    digits = [sum(map(str.isdigit, part)) for part in _SEPARATORS.split(text)]
    if sum(count >= SHORTEST_NUMBER for count in digits) > 1:
        return True
    return sum(digits) >= 2 * SHORTEST_NUMBER and sum(1 for _ in phonenumbers.PhoneNumberMatcher(text, REGION)) > 1


def _dialled(text: str) -> str | None:
    digits = re.sub(r"[^0-9+]", "", text)
    if _is_service(digits):
        return digits
    elsewhere = _SERVICE.fullmatch(digits)
    if elsewhere and _is_service(elsewhere[2]):
        return f"{elsewhere[1]}-{elsewhere[2]}"
    try:
        number = phonenumbers.parse(text, REGION)
    except NumberParseException:
        return None
    return _canonical(number) if phonenumbers.is_valid_number(number) else None


def _is_service(digits: str) -> bool:
    """Whether these are a short number that is dialled without an area code: 12345, 110, 95598."""
    if not SHORTEST_SERVICE <= len(digits) <= LONGEST_SERVICE or not digits.isdecimal():
        return False
    return bool(shortnumberinfo.is_valid_short_number_for_region(PhoneNumber(COUNTRY, int(digits)), REGION))


def _canonical(number: PhoneNumber) -> str:
    if number.country_code != COUNTRY:
        return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    digits = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{digits[:area]}-{digits[area:]}" if area else digits
