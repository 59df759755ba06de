"""Every metric, one row each: name, kind, help, labels. Nothing is exposed that is not in this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric. `name` is what is scraped, with its `_total` or unit; buckets are in the unit of the name."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


HOUR, DAY = 3600.0, 86400.0
REPLY_BUCKETS = (60.0, HOUR, 4 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY, 15 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY)
FAST_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

#: What the metrics service computes from its read model.
PRODUCT = (
    Measure("huiying_opinions_submitted_total", "counter", "Opinions submitted", ("channel",)),
    Measure("huiying_opinions_reviewed_total", "counter", "First decisions of reviews: let in or declined", ("decision",)),
    Measure(
        "huiying_assignments_created_total",
        "counter",
        "Assignments ever made, to leads, co-handlers and separate handlers alike; not again when reopened; topic as it was then",
        ("department", "topic"),
    ),
    Measure("huiying_assignments_open", "gauge", "Assignments of leads without a reply now", ("department", "overdue")),
    Measure(
        "huiying_assignments_concluded_total",
        "counter",
        "Times that leads' assignments were concluded, reopened later or not",
        ("department", "outcome", "on_time"),
    ),
    Measure(
        "huiying_evaluations_total",
        "counter",
        "Ratings given by submitters, revisions included; result and process counted apart",
        ("department", "aspect", "rating"),
    ),
    Measure(
        "huiying_reminders_total",
        "counter",
        "Rungs of the ladder that fired: reminders, cards and supervisions",
        ("department", "rung"),
    ),
    Measure("huiying_reply_seconds", "histogram", "Time from assignment or reopening to reply", ("department",), REPLY_BUCKETS),
    Measure("huiying_resolution_ratio", "gauge", "Solved cases as a share, by variant", ("department", "variant")),
    Measure("huiying_on_time_ratio", "gauge", "Replies in time as a share of those due or given", ("department",)),
    Measure("huiying_satisfaction_ratio", "gauge", "Satisfied submitters as a share of those who rated", ("department", "variant")),
    Measure(
        "huiying_promises_total",
        "counter",
        "What happened to promises, not a sum: made (all of them), then kept (in time) or broken, and kept_late (once broken)",
        ("department", "state"),
    ),
)

#: What intake tells beside that.
INTAKE = (
    Measure("huiying_intake_room", "gauge", "Opinions that can still be taken before the outbox or the disk is full"),
    Measure(
        "huiying_unassigned_oldest_seconds", "gauge", "For how long an accepted opinion has waited for a department, the oldest one"
    ),
)

#: What routing tells beside that.
ROUTING = (
    Measure(
        "huiying_unsigned_oldest_seconds",
        "gauge",
        "How long a department has had, and not acted on, the oldest of what it was given",
        ("department",),
    ),
    Measure("huiying_routing_model_version", "gauge", "The version of the model that decides; 0 while the rules decide alone"),
    Measure("huiying_routing_model_broken", "gauge", "1 while the model in use cannot be read, and the rules decide alone"),
    Measure(
        "huiying_routing_doubtful_oldest_seconds", "gauge", "For how long an opinion has waited for a person to decide, the oldest"
    ),
    Measure(
        "huiying_routing_coverage_ratio",
        "gauge",
        "Opinions that a version of the model was sure of: expected when it was trained, and seen",
        ("version", "basis"),
    ),
    Measure(
        "huiying_routing_accuracy_ratio",
        "gauge",
        "Decisions of a version of the model that stand: expected when it was trained, and seen",
        ("version", "basis"),
    ),
)

#: What the embedded mode's web process tells of the processes beside it; elsewhere Prometheus' own `up` says so.
KEEPING = (
    Measure("huiying_process_up", "gauge", "Whether a process of this installation answers", ("service", "process")),
    Measure("huiying_process_restarts_total", "counter", "Times it had died and was started again", ("service", "process")),
)

#: What every process counts about itself.
PROCESS = (
    Measure("huiying_build_info", "gauge", "Always 1; the version that runs", ("version",)),
    Measure("huiying_outbox_pending", "gauge", "Messages stored but not yet confirmed by the broker"),
    Measure("huiying_outbox_oldest_seconds", "gauge", "Age of the oldest message not yet confirmed"),
    Measure("huiying_outbox_published_total", "counter", "Publishing attempts by what the broker said", ("result",)),
    Measure("huiying_store_behind", "gauge", "Messages that the broker or another store knows and this service's store does not"),
    Measure(
        "huiying_messages_again_total",
        "counter",
        "Messages published again, by why: lost with the broker, or missing at a hearer",
        ("reason",),
    ),
    Measure("huiying_messages_consumed_total", "counter", "Messages handled", ("queue", "result")),
    Measure("huiying_message_seconds", "histogram", "Time to handle each message, its part of a batch", ("queue",), FAST_BUCKETS),
    Measure("huiying_job_failed_rows", "gauge", "Rows that a periodic job could not deal with, and tries again later", ("job",)),
    Measure("huiying_catalogue_lacking", "gauge", "Codes that open cases use and the catalogue in use lacks", ("service",)),
    Measure(
        "huiying_catalogue_refused", "gauge", "1 while the catalogue's file has mistakes and an older one is used", ("service",)
    ),
    Measure("huiying_dead_letters", "gauge", "Messages that nobody could handle, waiting for a person", ("queue",)),
    Measure("huiying_queue_messages", "gauge", "Messages that wait in a queue and that nobody has taken yet", ("queue",)),
    Measure(
        "huiying_queue_oldest_seconds",
        "gauge",
        "For how long messages have waited and none has left, as far as looks from outside can tell; 0 for an empty queue",
        ("queue",),
    ),
    Measure(
        "huiying_queue_lag_seconds",
        "gauge",
        "How long ago the newest message was sent that was handled last; 0 while none waits",
        ("queue",),
    ),
    Measure("huiying_http_requests_total", "counter", "HTTP requests answered", ("service", "method", "route", "status")),
    Measure("huiying_http_request_seconds", "histogram", "Time to answer an HTTP request", ("service", "route"), FAST_BUCKETS),
)
