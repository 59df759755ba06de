"""Prints the addresses of a running system."""

from __future__ import annotations

import re
from pathlib import Path

from services.console.settings import ADDRESS_BOOK, Addresses
from services.console.terminal import out
from services.runtime.tls import bare


def print_addresses(place: Addresses, var: Path) -> None:
    """Print the addresses, and the file with the token."""
    rows = (
        ("首页 home", place.url),
        *([("管理员登录 administrator", place.way_in)] if place.way_in else []),
        ("公示 statistics", f"{place.url}/statistics"),
        ("接口 API", f"{place.url}/api/v1/openapi.json"),
        ("消息 messages", f"{place.url}/api/v1/asyncapi.json"),
        ("指标 metrics", f"{place.url}/metrics"),
        ("消息队列 broker", re.sub("//.*@", "//", bare(place.broker_url))),
        ("地址与令牌 addresses and token", str(var.absolute() / ADDRESS_BOOK)),
    )
    for name, value in rows:
        out.print(f"  {name}  {value}")
