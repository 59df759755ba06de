"""What administrators look at in the browser's tests: tokens in every state, and a trail of what was done."""

from __future__ import annotations

from datetime import timedelta

from services.contracts.people.callers import TokenGrants
from services.runtime.web.access import tokens as access
from services.runtime.web.access.audit import AuditEntry, AuditLog
from tests.integration.whole.county import County

OPINION = "01980a3e-7c43-7a4e-9a53-2d1c6b1f0e77"


def administered(county: County) -> dict[str, str]:
    """Tokens that are good, revoked and expired, and lines of the trail that ended well, badly and not at all."""
    store = county.access
    access.create(store, "department", "water", 365, TokenGrants(("web", "hotline", "relay"), "hotline-12345"))
    revoked, _ = access.create(store, "scraper", None)
    access.revoke(store, revoked)
    access.create(store, "reviewer", None, 1)
    with store.transaction() as work:
        ended = work.now - timedelta(days=1)
        work.execute(access.tokens.update().where(access.tokens.c.role == "reviewer").values(expires=ended))
    log, address = AuditLog(store), "/api/v1/opinions/<opinion_id>"
    for token, name, method, route, status in (
        (revoked, None, "GET", address, 200), (None, "王磊", "POST", f"{address}/accept", 200),
        (None, "王磊", "POST", f"{address}/erasure", 403), ("-", None, "GET", address, None),
    ):  # fmt: skip
        person = "01980a3e-0000-7a4e-9a53-2d1c6b1f0e77" if name else None
        line = AuditEntry("r-1", "intake", token, "supervisor", None, method, route, OPINION, person, name)
        made = log.begin(line)
        if status:
            log.end(made, line, status, [])
    return {"opinion": OPINION}
