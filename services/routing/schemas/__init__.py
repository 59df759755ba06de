"""The shapes of routing's requests and answers."""

from services.routing.schemas.answers import AssignmentPage, AssignmentShape, HandlersAnswer, Listing, PreviewAnswer, Standing
from services.routing.schemas.bodies import (
    BODIES,
    AssignmentQuery,
    ExtendBody,
    ObjectBody,
    PauseBody,
    Preview,
    ProgressBody,
    ReplyBody,
    RulingBody,
    SignBody,
)
from services.routing.schemas.oversight import AmendBody, ApproveBody, HandlersBody, MarkBody, RaiseBody

__all__ = [
    "BODIES", "AmendBody", "ApproveBody", "AssignmentPage", "AssignmentQuery", "AssignmentShape", "ExtendBody", "HandlersAnswer",
    "HandlersBody", "Listing", "MarkBody", "ObjectBody", "PauseBody", "Preview", "PreviewAnswer", "ProgressBody", "RaiseBody",
    "ReplyBody", "RulingBody", "SignBody", "Standing",
]  # fmt: skip
