"""The pages of signing in and of the own account."""

from __future__ import annotations

from collections.abc import Mapping

from tests.browser import doing
from tests.browser.viewing import SIGNED_ON, SOMEBODY, Shown

ACCOUNT_PAGES: Mapping[str, Shown] = {
    "login": Shown("/login?to=/agenda"),
    "login-wrong": Shown("/login", does=doing.sign_in_with_nothing),
    "forgot": Shown("/forgot"),
    "forgot-wrong": Shown("/forgot", does=doing.sign_in_with_nothing),
    "invitation": Shown("/invitation?key={invitation}"),
    "invitation-used": Shown("/recovery?key=nothing", status=404),
    "sign-in-link": Shown("/login/link?key={signing}"),
    "account": Shown("/account", SOMEBODY),
    "account-mistakes": Shown("/account", SOMEBODY, doing.change_password_to_nothing),
    "second-factor": Shown("/account/second-factor", SOMEBODY),
    "sign-in-again": Shown("/account/second-factor", SIGNED_ON),
    "passkeys": Shown("/account/passkeys", SOMEBODY),
    "filters": Shown("/account/filters", SOMEBODY),
    "filters-mistakes": Shown("/cases?state=accepted", SOMEBODY, doing.save_a_filter_without_a_name),
    "login-passkey": Shown("/login/passkey"),
    "letters-mistakes": Shown("/notices/letters", SOMEBODY, doing.choose_no_way),
    "letters-chosen": Shown("/notices/letters", SOMEBODY, doing.choose_a_letter_a_day),
}
