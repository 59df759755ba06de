"""What intake does: one function for each request, and one table for what it hears."""

from __future__ import annotations

from services.intake.handlers.attaching import attach, enclose
from services.intake.handlers.consuming import consume
from services.intake.handlers.effects import DEPARTMENT, EFFECTS, HEAD, LADDER, ROUTING, SUPERVISOR
from services.intake.handlers.erasing import ERASED, Erasure, erase, erase_by_receipt
from services.intake.handlers.merging import merge, unmerge
from services.intake.handlers.reviewing import OFFICE, accept, accept_many, decline, return_
from services.intake.handlers.submitter import SUBMITTER, add_details, evaluate, withdraw
from services.intake.handlers.taking import POLICY, Sender, Taken, submit, submit_many

#: Whose doing a line of a timeline can be.
ACTORS = (SUBMITTER, POLICY, OFFICE, ROUTING, SUPERVISOR, DEPARTMENT, HEAD, LADDER)

__all__ = [
    "ACTORS",
    "DEPARTMENT",
    "EFFECTS",
    "ERASED",
    "HEAD",
    "LADDER",
    "OFFICE",
    "POLICY",
    "ROUTING",
    "SUBMITTER",
    "SUPERVISOR",
    "Erasure",
    "Sender",
    "Taken",
    "accept",
    "accept_many",
    "add_details",
    "attach",
    "consume",
    "decline",
    "enclose",
    "erase",
    "erase_by_receipt",
    "evaluate",
    "merge",
    "return_",
    "submit",
    "submit_many",
    "unmerge",
    "withdraw",
]  # fmt: skip
