"""Descriptions of the properties and parameters of accounts in the API, as `words.py` has those of the rest."""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNT_WORDS: Mapping[str, str] = {
    "account": "The account.",
    "account_id": "The id of the account.",
    "grant": "The first role of the account.",
    "grant_id": "The id of the grant.",
    "grants": "The roles that the account has, with what it acts for in each.",
    "sign_in": "The name to sign in with.",
    "external": "What the single sign-on calls this person.",
    "second_factor": "Whether a code is needed beside the password.",
    "passkeys": "How many passkeys there are.",
    "seen": "When somebody signed in with it last.",
    "intake.AccountSent.link": "The path of the link for its owner, which is good once; none where a letter carries it.",
    "token_id": "The id of the token.",  # nosec B105
    "intake.TokenMade.value": "The token itself, for the header `Authorization: Bearer`; nobody can show it again.",
    "used": "When it was used last, at most a minute ago.",
    "expires": "When it ends by itself; none for never.",
    "revoked": "When it was revoked.",
    "channels": "The channels that are granted; none stands for those of the role.",
}
