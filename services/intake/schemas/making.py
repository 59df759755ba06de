"""Schemas whose checked data becomes a dataclass of the same fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import Schema, post_load


class Made(Schema):
    """A shape that is loaded into `made`, whose fields are called the same; those in `tuples` are lists that become tuples."""

    made: ClassVar[Callable[..., object]]
    tuples: ClassVar[tuple[str, ...]] = ()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The checked data as a dataclass."""
        for name in self.tuples:
            if data.get(name) is not None:
                data[name] = tuple(data[name])
        return self.made(**data)
