"""The kinds of values that stand in the sections of the catalogue, each with what is wrong with one that is not right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from services.contracts.catalogue.model import PLACEHOLDER
from services.contracts.time.durations import Duration, parse_duration
from services.contracts.time.worktime import parse_spans

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+")


def text(**options: Any) -> fields.String:
    """A text of 1 to 300 characters, required unless `required=False`."""
    return fields.String(**{"required": True, "validate": validate.Length(1, 300), **options})


def texts(**options: Any) -> fields.List[Any]:
    """A list of texts, empty by default."""
    return fields.List(text(), **options)


def one_of(*choices: str, **options: Any) -> fields.String:
    """One of a few words, required unless `required=False`."""
    return fields.String(validate=validate.OneOf(choices), **{"required": True, **options})


class DurationField(fields.Field[Duration]):
    """A duration such as 5wd."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Duration:
        try:
            return parse_duration(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error


def known_zone(name: str) -> None:
    """Raises ValidationError unless `name` is a time zone of the tz database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"unknown time zone {name!r}") from error


def written_spans(spans: list[str]) -> None:
    """Raises ValidationError unless `spans` are office hours that run forwards."""
    try:
        parse_spans(spans)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def apprise_address(address: str) -> None:
    """Raises ValidationError unless `address` looks like one of Apprise's, with its secrets as `${NAME}` if at all."""
    if not ADDRESS.fullmatch(address):
        raise ValidationError("expected an Apprise address such as mailto://…, dingtalk://… or json://…")
    if "${" in PLACEHOLDER.sub("", address):
        raise ValidationError("a secret is named in capitals, such as ${SMTP_PASSWORD}")


def channels(**options: Any) -> fields.List[Any]:
    """A list of Apprise addresses, empty by default."""
    return fields.List(fields.String(validate=[validate.Length(1, 300), apprise_address]), **options)
