"""One message as a consumer gets it, and the headers in which a copy of it keeps its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.topology import REQUEUE


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came. `attempt` counts our own retries from 0, `delivery_count` the broker's redeliveries.

    `routing_key` and `user_id` are those of the first time, also when the message comes back from a retry queue; `failed` is
    the second (epoch) in which it failed first, 0 when it never did.
    """

    tag: int
    queue: str
    message_id: str
    routing_key: str
    body: bytes
    attempt: int = 0
    delivery_count: int = 0
    user_id: str | None = None
    failed: int = 0
    type: str = ""
    exchange: str = ""


def failure_headers(delivery: Delivery, attempt: int, reason: str, now: int) -> dict[str, object]:
    """What a copy in a retry or dead queue has to remember, because it comes back under the queue's name and from us.

    `now` is a second (epoch); since when a message fails stays what it was at its first failure.
    """
    headers = {
        "x-attempt": attempt, "x-error": reason[:1000], "x-routing-key": delivery.routing_key, "x-failed": delivery.failed or now,
    }  # fmt: skip
    return headers if delivery.user_id is None else {**headers, "x-user-id": delivery.user_id}


def delivery_of(queue: str, info: Mapping[str, Any], properties: Mapping[str, Any], body: bytes | str) -> Delivery:
    """A delivery from what the broker sent. Our own headers count only on what comes back through the requeue exchange,
    where nobody but services can publish; elsewhere any outsider could have written them.
    """
    given: Mapping[str, Any] = properties.get("application_headers") or {}
    returned = given if info.get("exchange") == REQUEUE else {}
    return Delivery(
        tag=info["delivery_tag"],
        queue=queue,
        message_id=str(properties.get("message_id") or ""),
        routing_key=str(returned.get("x-routing-key") or info.get("routing_key") or ""),
        body=body.encode() if isinstance(body, str) else bytes(body),
        attempt=_count(returned.get("x-attempt")),
        delivery_count=_count(given.get("x-delivery-count")),
        user_id=returned.get("x-user-id") or properties.get("user_id"),
        failed=_count(returned.get("x-failed")),
        type=str(properties.get("type") or ""),
        exchange=str(info.get("exchange") or ""),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
