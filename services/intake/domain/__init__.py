"""The rules of intake, pure, one file for each subject."""

from services.intake.domain.attaching import (
    LARGEST_PHOTO,
    LONGEST_SIDE,
    MOST_PHOTOS,
    MOST_PHOTOS_AT_ONCE,
    MOST_PIXELS,
    PHOTO_TYPES,
    Photo,
    check_attaching,
    file_name,
    may_attach,
)
from services.intake.domain.claims import CODE, check_claims, check_same, digests, impersonal
from services.intake.domain.erasing import ERASED_CONTENT, ERASED_TITLE, check_erasure, is_erased
from services.intake.domain.people import CONTACT_SEEN_BY_DEPARTMENT, PERSONAL, is_reachable, may_see_contact, withheld
from services.intake.domain.rating import Question, Rated, check_evaluation, given_to, may_do, may_evaluate, question_of
from services.intake.domain.receipts import (
    ALPHABET,
    CHECK_SYMBOLS,
    RECEIPT_LENGTH,
    new_receipt,
    rater_of,
    read_receipt,
    show_receipt,
)
from services.intake.domain.reviewing import (
    NO_TARGETS,
    WAITING,
    Terms,
    Waited,
    check_merge,
    is_accepted,
    standing_of,
    terms_of,
    waited,
)
from services.intake.domain.room import BYTES_PER_OPINION, MESSAGES_PER_OPINION, NO_ROOM, Limits, room_left
from services.intake.domain.story import STAFF, answers_of, is_internal, latest, lines_for, promises_of, shown_state
from services.intake.domain.submitting import (
    KINDS,
    LONGEST_CONTENT,
    LONGEST_TITLE,
    MOST_COSIGNERS,
    RELAY_ROLES,
    VISIBILITIES,
    Review,
    check_withdrawal,
    detailed,
    detailed_with,
    fingerprint,
    resolve,
    review,
    takes_words,
    with_details,
)

__all__ = [
    "ALPHABET", "BYTES_PER_OPINION", "CHECK_SYMBOLS", "CODE", "CONTACT_SEEN_BY_DEPARTMENT", "ERASED_CONTENT", "ERASED_TITLE",
    "KINDS", "LARGEST_PHOTO", "LONGEST_CONTENT", "LONGEST_SIDE", "LONGEST_TITLE", "MESSAGES_PER_OPINION", "MOST_COSIGNERS",
    "MOST_PHOTOS", "MOST_PHOTOS_AT_ONCE", "MOST_PIXELS", "NO_ROOM", "NO_TARGETS", "PERSONAL", "PHOTO_TYPES", "RECEIPT_LENGTH",
    "RELAY_ROLES", "STAFF", "VISIBILITIES", "WAITING", "Limits", "Photo", "Question", "Rated", "Review", "Terms", "Waited",
    "answers_of", "check_attaching", "check_claims", "check_erasure", "check_evaluation", "check_merge", "check_same",
    "check_withdrawal", "detailed", "detailed_with", "digests", "file_name", "fingerprint", "given_to", "impersonal",
    "is_accepted", "is_erased", "is_internal", "is_reachable", "latest", "lines_for", "may_attach", "may_do", "may_evaluate",
    "may_see_contact", "new_receipt", "promises_of", "question_of", "rater_of", "read_receipt", "resolve", "review",
    "room_left", "show_receipt", "shown_state", "standing_of", "takes_words", "terms_of", "waited", "with_details",
    "withheld",
]  # fmt: skip
