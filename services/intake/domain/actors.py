"""The actors of timeline entries."""

from __future__ import annotations

SUBMITTER, POLICY, OFFICE, ROUTING = "submitter", "policy", "office", "routing"
SUPERVISOR, DEPARTMENT, HEAD, LADDER, PUBLIC = "supervisor", "department", "head", "ladder", "public"
INFORMANT, DEPUTY, PRESIDIUM, STATION = "informant", "deputy", "presidium", "station"
ACTORS = (
    SUBMITTER, POLICY, OFFICE, ROUTING, SUPERVISOR, DEPARTMENT, HEAD, LADDER, PUBLIC, INFORMANT, DEPUTY, PRESIDIUM, STATION,
)  # fmt: skip
