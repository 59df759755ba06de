from __future__ import annotations

import pyotp
import pytest

from services.accounts.credentials.attempts import FREE, LONGEST, wait_after
from services.accounts.credentials.passwords import TOO_COMMON, TOO_LONG, TOO_SHORT, mistake_in
from services.accounts.model import sign_in_name
from services.accounts.pages.showing import own_path
from services.accounts.signing.second import step_of
from services.runtime.clock import FixedClock
from services.runtime.store.database import EPOCH


@pytest.mark.parametrize("good", ["four ordinary words", "东街的路灯今天都亮了真好啊", "kT7#qLm2$vXz9", "correct horse battery"])
def test_long_enough_and_not_the_first_guess_is_good(good: str) -> None:
    assert mistake_in(good, "wang.lei", "王磊") is None


@pytest.mark.parametrize(
    ("bad", "mistake"),
    [
        ("short", TOO_SHORT), ("十一个汉字不够长也不行", TOO_SHORT), ("x" * 201, TOO_LONG), ("password123456", TOO_COMMON),

        ("123456789012", TOO_COMMON), ("aaaaaaaaaaaaaa", TOO_COMMON), ("Qwertyuiop1234", TOO_COMMON),
        ("ａｄｍｉｎ１２３４５６７８", TOO_COMMON),
        ("wang.lei2026abc", TOO_COMMON), ("WANG.LEI-wang.lei", TOO_COMMON),
        ("abababababab", TOO_COMMON), ("woaini5201314", TOO_COMMON),
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_first_is_refused(bad: str, mistake: object) -> None:
    assert mistake_in(bad, "wang.lei", "王磊") is mistake


def test_waits_grow_and_end() -> None:
    waits = [wait_after(number) for number in range(200)]
    assert [wait.total_seconds() for wait in waits[FREE - 1 : FREE + 4]] == [0, 1, 2, 4, 8]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST


@pytest.mark.parametrize("typed", ["Wang.Lei", " wang.lei ", "ｗａｎｇ．ｌｅｉ", "wang.lei\u200b"])
def test_a_sign_in_name_is_known_however_it_was_typed(typed: str) -> None:
    assert sign_in_name(typed) == "wang.lei"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a?b=//c"])
def test_signing_in_leads_to_this_site_only(path: str) -> None:
    assert own_path(path) == "/office"


@pytest.mark.parametrize(("seconds", "found"), [(-30, True), (0, True), (30, True), (-90, False), (90, False)])
def test_a_code_is_good_for_a_step_before_and_after(seconds: int, found: bool, clock: FixedClock) -> None:
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", clock.now() - EPOCH
    code = pyotp.TOTP(secret).at(int(now.total_seconds()) + seconds)
    assert (step_of(secret, code, now) is not None) == found
