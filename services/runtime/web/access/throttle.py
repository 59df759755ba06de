"""Rate limits for each address: token buckets in the memory of the web process, the only one that takes requests.

A caller who is refused learns when to come back. What is counted of callers without a token is said by routes, as `Limit`s; beside
that the runtime counts wrong tokens and work. What is right is never refused for what was wrong, except in a storm of guesses.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType

from services.contracts.errors import TooMany
from services.runtime.settings import ProcessSettings

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
#: The most keys that one limiter remembers; beyond that it forgets the one that was idle for longest.
MOST_KEYS = 20_000
#: How many addresses are remembered as they were read; what a proxy says of them may be long.
MOST_ADDRESSES = 1_000
#: An IPv6 customer gets at least a prefix of this length, so such a prefix counts as one address.
IPV6_PREFIX = 64
#: This many times the misses that one person is allowed are taken for a machine's guessing: then right guesses have to wait too.
STORM = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that is counted, by the address; `refusal` says of what there was too much.

    A limit with a `name` is told to callers in the headers RateLimit. With `misses` only the requests count that find nothing, and
    `advice` says what to do about them. With `by` it is counted, in place of the address, by the first of these fields of the body
    that is there.
    """

    refusal: str
    advice: str = ""
    name: str = ""
    misses: bool = False
    by: tuple[str, ...] = ()


WRONG_TOKENS = Limit("Too many wrong tokens from this address.", "Put the right one in place.")
SIGN_INS = Limit("Too many wrong passwords or codes from this address.", "Put in the right one.", misses=True)
LINKS = Limit("Too many letters asked for from this address.")
WORK = Limit("Too much work for this address.", name="work")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often a minute, and who is not counted at all; 0 a minute, or no entry, is no limit. Twice as many may come at once."""

    a_minute: Mapping[Limit, int] = field(default_factory=dict)
    unthrottled: tuple[Network, ...] = ()
    proxies: tuple[Network, ...] = ()

    @classmethod
    def of(cls, given: ProcessSettings, own: Mapping[Limit, int] = MappingProxyType({})) -> Allowance:
        """What the settings allow; `own` are the limits of the service itself."""
        a_minute = {
            **own,
            WRONG_TOKENS: given.wrong_sign_ins_a_minute,
            SIGN_INS: given.wrong_sign_ins_a_minute,
            LINKS: given.wrong_sign_ins_a_minute,
            WORK: given.work_a_minute,
        }
        return cls(a_minute, tuple(map(ip_network, given.unthrottled)), tuple(map(ip_network, given.trusted_proxies)))


class Limiter:
    """A token bucket for each key, in bounded memory; may be used from many threads."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEYS) -> None:
        self._rate, self._burst = a_minute / 60, 2.0 * a_minute
        self._clock, self._most = clock, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, cost: float = 1.0) -> float:
        """Count for a key; returns 0, or the seconds until there is room for one more, when nothing is counted.

        What costs much may take a bucket below nothing, so that it is possible at all, and is waited for afterwards.
        """
        return self._look(key, cost)

    def wait(self, key: str) -> float:
        """The seconds until there is room for a key; counts nothing."""
        return self._look(key, 0.0)

    def standing(self, key: str) -> tuple[int, int]:
        """How many more there is room for, and the seconds until there is all the room again; counts nothing."""
        with self._lock:
            now = self._clock()
            level, seen = self._buckets.get(key, (self._burst, now))
        level = min(self._burst, level + (now - seen) * self._rate)
        return max(0, int(level)), math.ceil((self._burst - level) / self._rate)

    def _look(self, key: str, cost: float) -> float:
        if not self._rate:
            return 0.0
        with self._lock:
            now = self._clock()
            level, seen = self._buckets.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - seen) * self._rate)
            enough = level >= 1.0
            self._buckets[key] = (level - cost if enough else level, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0.0 if enough else (1.0 - level) / self._rate


class Throttle:
    """The limits of one web process."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._limiters = {limit: Limiter(number, clock) for limit, number in allowance.a_minute.items()}
        #: The addresses of late, which come again with each request.
        self._key_of, self._trusted = lru_cache(MOST_ADDRESSES)(self._key), lru_cache(MOST_ADDRESSES)(self._trusts)
        self._storms = {limit: Limiter(number * STORM, clock) for limit, number in allowance.a_minute.items() if limit.misses}

    def key(self, peer: str | None, forwarded: str | None) -> str | None:
        """What an address counts as; None for one that is not counted. `forwarded` is the header X-Forwarded-For."""
        return self._key_of(peer, forwarded)

    def trusts(self, peer: str | None) -> bool:
        """Whether the peer is a trusted proxy, whose X-Forwarded headers count."""
        return self._trusted(peer)

    def _key(self, peer: str | None, forwarded: str | None) -> str | None:
        address = client_address(peer, forwarded, self._allowance.proxies)
        if address is None or _within(address, self._allowance.unthrottled):
            return None
        return str(ip_network((address, IPV6_PREFIX), strict=False)) if address.version == 6 else str(address)

    def _trusts(self, peer: str | None) -> bool:
        address = _parsed(peer)
        return address is not None and _within(address, self._allowance.proxies)

    def count(self, limit: Limit, key: str | None, cost: float = 1.0) -> None:
        """Count once, or by what it costs; raises `TooMany`."""
        if key is not None and cost and limit in self._limiters:
            _refuse(self._limiters[limit].take(key, cost), limit.refusal, limit.advice)

    def standings(self, limits: Iterable[Limit], key: str | None) -> dict[str, str]:
        """The headers RateLimit-Policy and RateLimit for the limits that have a name; none for a key that is not counted."""
        told = [limit for limit in limits if limit.name and self._allowance.a_minute.get(limit)]
        if key is None or not told:
            return {}
        left = [(limit.name, *self._limiters[limit].standing(key)) for limit in told]
        return {
            "RateLimit-Policy": ", ".join(f'"{limit.name}";q={2 * self._allowance.a_minute[limit]};w=120' for limit in told),
            "RateLimit": ", ".join(f'"{name}";r={room};t={seconds}' for name, room, seconds in left),
        }

    def before(self, limit: Limit, key: str | None) -> None:
        """Raises `TooMany` while a key has more misses than a person could make."""
        if key is not None and limit in self._storms:
            _refuse(self._storms[limit].wait(key), limit.refusal)

    def missed(self, limit: Limit, key: str | None) -> None:
        """Count a wrong guess; raises `TooMany` in place of the answer that it is wrong."""
        if key is not None and limit in self._storms:
            self._storms[limit].take(key)
            self.count(limit, key)


def _refuse(seconds: float, why: str, advice: str = "") -> None:
    if seconds > 0:
        words = " ".join(filter(None, (why, advice, "Wait and send the same request again; the header Retry-After says when.")))
        raise TooMany(words, seconds=math.ceil(seconds))


def client_address(peer: str | None, forwarded: str | None, proxies: Iterable[Network]) -> Address | None:
    """Where a request came from: the peer, or, when that is a trusted proxy, the nearest address before it that is not one.

    Only what a trusted proxy added to the right of X-Forwarded-For counts; whatever the client wrote there itself does not.
    None when the peer has no address.
    """
    address, trusted = _parsed(peer), tuple(proxies)
    chain = [part.strip() for part in (forwarded or "").split(",") if part.strip()]
    while address is not None and chain and _within(address, trusted):
        nearer = _parsed(chain.pop())
        if nearer is None:
            break
        address = nearer
    return address


def _parsed(text: str | None) -> Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _within(address: Address, found: Iterable[Network]) -> bool:
    return any(address in network for network in found)
