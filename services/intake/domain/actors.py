"""The actors of timeline entries."""

from __future__ import annotations

SUBMITTER, POLICY, OFFICE, ROUTING = "submitter", "policy", "office", "routing"
SUPERVISOR, DEPARTMENT, HEAD, LADDER = "supervisor", "department", "head", "ladder"
INFORMANT, DEPUTY, PRESIDIUM, STATION = "informant", "deputy", "presidium", "station"
ACTORS = (
    SUBMITTER, POLICY, OFFICE, ROUTING, SUPERVISOR, DEPARTMENT, HEAD, LADDER, INFORMANT, DEPUTY, PRESIDIUM, STATION,
)  # fmt: skip
