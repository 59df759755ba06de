"""Whose doing a line of a timeline can be."""

from __future__ import annotations

SUBMITTER, POLICY, OFFICE, ROUTING = "submitter", "policy", "office", "routing"
SUPERVISOR, DEPARTMENT, HEAD, LADDER = "supervisor", "department", "head", "ladder"
ACTORS = (SUBMITTER, POLICY, OFFICE, ROUTING, SUPERVISOR, DEPARTMENT, HEAD, LADDER)
