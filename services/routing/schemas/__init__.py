"""The shapes of routing's requests and answers."""

from services.routing.schemas.answers import (
    AssignmentCase,
    AssignmentPage,
    AssignmentShape,
    HandlersAnswer,
    Listing,
    OpenCodes,
    PreviewAnswer,
    Resyncing,
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
    ResyncBody,
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
from services.routing.schemas.oversight import AmendBody, ApproveBody, HandlersBody, MarkBody, RaiseBody
from services.runtime.web.paging import Page

__all__ = [
    "BODIES", "AmendBody", "ApproveBody", "AssignmentCase", "AssignmentPage", "AssignmentQuery", "AssignmentShape", "CheckBody",
    "ExtendBody", "HandlersAnswer", "HandlersBody", "KeepBody", "Listing", "LookbackBody", "LookbackCase", "LookbackPage",
    "MarkBody", "ObjectBody", "OpenCodes", "Page", "PauseBody", "Preview", "PreviewAnswer", "ProgressBody", "PromisePage",
    "PromiseQuery", "RaiseBody", "ReplyBody", "ReschedulingPage", "ReschedulingQuery", "ResumeBody", "ResyncBody", "Resyncing",
    "RulingBody", "SignBody", "Standing",
]  # fmt: skip
