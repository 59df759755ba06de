"""The figures that stand both in the statistics and in the product's series: one table says which is which, so that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.metrics.domain.promises import STATES


@dataclass(frozen=True, slots=True)
class Shared:
    """Series of `measure` that have these `labels`, summed up, are the sum of `counts`, in total and by the dimension `by`.

    A value of a label with commas stands for several; `suffix` is what a histogram adds to its name.
    """

    measure: str
    counts: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    by: str = "department"
    suffix: str = ""


SHARED: tuple[Shared, ...] = (
    Shared("huiying_opinions_submitted_total", ("submitted",), by="channel"),
    Shared("huiying_opinions_reviewed_total", ("accepted",), {"decision": "automatic,reviewer"}, by=""),
    Shared("huiying_opinions_reviewed_total", ("declined",), {"decision": "declined"}, by=""),
    Shared("huiying_assignments_created_total", ("handed_out", "co_handed_out", "separate_handed_out")),
    Shared("huiying_assignments_open", ("open",)),
    Shared("huiying_assignments_open", ("overdue",), {"overdue": "true"}),
    Shared("huiying_assignments_concluded_total", ("conclusions",)),
    Shared("huiying_evaluations_total", ("evaluations",), {"aspect": "result"}),
    Shared("huiying_reminders_total", ("reminded",)),
    Shared("huiying_reply_seconds", ("replies",), suffix="_count"),
    *(Shared("huiying_promises_total", (count,), {"state": state}) for state, count in STATES.items()),
)
#: Which rates of the statistics a ratio shows: by the value of its label `variant`, the rate and its variant.
RATIOS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "huiying_resolution_ratio": {name: ("resolution", name) for name in ("strict", "planned", "collected")},
    "huiying_on_time_ratio": {"": ("on_time", "plain")},
    "huiying_satisfaction_ratio": {
        **{name: ("satisfaction", name) for name in ("basic", "strict", "first")},
        **{f"process_{name}": ("process_satisfaction", name) for name in ("basic", "strict", "first")},
    },
}
