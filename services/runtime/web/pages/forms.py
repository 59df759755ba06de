"""What a form brings beside its fields, and the call of the API that a page makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeVar

from werkzeug.datastructures import ETags

from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call

S = TypeVar("S")
#: The version that was read, and what makes a second press the same one.
VERSION: Final = "version"
KEY: Final = "key"


def posted(call: Call[S], body: object, form: Mapping[str, str]) -> Call[S]:
    """A call of the API with what a form says: about the version that was shown, if it has one, and a second press has the answer
    of the first."""
    version = ETags([form[VERSION]]) if form.get(VERSION) else None
    return replace(call, body=body, if_match=version, idempotency_key=Key.of(form[KEY], call.caller.principal))
