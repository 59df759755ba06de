"""The shapes of routing's requests and answers."""

from services.routing.schemas.answers import AssignmentPage, AssignmentShape, Listing, PreviewAnswer, Standing
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

__all__ = [
    "BODIES", "AssignmentPage", "AssignmentQuery", "AssignmentShape", "ExtendBody", "Listing", "ObjectBody", "PauseBody", "Preview",
    "PreviewAnswer", "ProgressBody", "ReplyBody", "RulingBody", "SignBody", "Standing",
]  # fmt: skip
