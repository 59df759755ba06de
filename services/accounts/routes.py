"""All routes of accounts."""

from __future__ import annotations

from services.accounts import api
from services.accounts.administering import tokens as token_api
from services.accounts.pages import (
    administration,
    entering,
    filters,
    others,
    own,
    passkeys,
    second_factor,
    single_sign_on,
    tokens,
    trail,
)
from services.runtime.web.routes import Routes

API_ROUTES = Routes([*api.routes, *token_api.routes])
PAGES = Routes(
    route
    for each in (entering, own, second_factor, passkeys, single_sign_on, filters, others, administration, tokens, trail)
    for route in each.routes
)
