"""The shapes of routing's requests and answers."""

from services.routing.schemas.answers import (
    AssignmentCase,
    AssignmentPage,
    AssignmentShape,
    Listing,
    PreviewAnswer,
    Standing,
)
from services.routing.schemas.bodies import (
    BODIES,
    AssignmentQuery,
    ExtendBody,
    KeepBody,
    ObjectBody,
    PauseBody,
    Preview,
    ProgressBody,
    ReplyBody,
    ResumeBody,
    RulingBody,
    SignBody,
)
from services.routing.schemas.following import (
    CheckBody,
    LookbackBody,
    LookbackCase,
    LookbackPage,
    PromisePage,
    PromiseQuery,
    ReschedulingPage,
    ReschedulingQuery,
)
from services.runtime.paging import Page

__all__ = [
    "BODIES", "AssignmentCase", "AssignmentPage", "AssignmentQuery", "AssignmentShape", "CheckBody", "ExtendBody", "KeepBody",
    "Listing", "LookbackBody", "LookbackCase", "LookbackPage", "ObjectBody", "Page", "PauseBody", "Preview", "PreviewAnswer",
    "ProgressBody", "PromisePage", "PromiseQuery", "ReplyBody", "ReschedulingPage", "ReschedulingQuery", "ResumeBody",
    "RulingBody", "SignBody", "Standing",
]  # fmt: skip
