"""The kinds of channels that a place can name, as Apprise understands them, and what is said when one of them fails."""

from __future__ import annotations

import logging

import apprise
import pytest

from services.notify.domain.letters.recipients import Undelivered
from services.notify.gateway import AppriseNotifier
from services.notify.settings import Secrets, Settings, Template, named_secrets, template
from services.runtime.settings import SettingsInvalid, load, table
from tests.unit.notify.scenes import KEY

#: Loading Apprise's kinds of channels, which the first that needs one does.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
KINDS = {
    "e-mail": ("mailtos://duty:secret@smtp.example.cn:465?from=duty@example.cn&to=water@example.cn", "E-Mail"),
    "e-mail of a known host": ("mailtos://duty:secret@163.com?to=water@example.cn", "E-Mail"),
    "DingTalk": ("dingtalk://abcdefabcdef0123456789/13800000000", "DingTalk"),
    "DingTalk, signed": ("dingtalk://SECSECRET@abcdefabcdef0123456789/", "DingTalk"),
    "WeCom": ("wecombot://693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa", "WeCom Bot"),
    "Feishu": ("feishu://693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa", "Feishu"),
    "SMS gateway of one's own": ("smseagle://token@gateway.example:8082/13800000000", "SMS Eagle"),
    "SMS through a cloud": ("twilio://AC735c307c62944b5a:e29dfbcebf390dee9@+12025550100/+8613800000000", "Twilio"),
    "SMS through HTTP": ("json://gateway.example/send?to=13800000000", "JSON"),
    "webhook": ("jsons://duty:secret@hook.example/huiying", "JSON"),
    "form": ("forms://hook.example/huiying", "Form"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("url", "service"), KINDS.values(), ids=list(KINDS))
def test_apprise_understands_every_kind_of_channel(url, service):
    plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    assert str(plugin.service_name) == service


@pytest.mark.parametrize("said", ["(with url: /robot/send?access_token=t0ken)", "who is t0ken", "who is t%2Fken"])
def test_what_a_channel_says_is_kept_without_secrets(said, monkeypatch):
    def fail(*_, **__):
        logging.getLogger("apprise").warning(said)
        return False

    monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.notify", fail)
    with pytest.raises(Undelivered) as failure:
        AppriseNotifier(1.0, ["t0ken", "t/ken"]).send("json://hook.example", "t", "b")
    assert ("***" in str(failure.value), "ken" in str(failure.value).replace("token", "")) == (True, False)


def settings(**more):
    given = {
        "HUIYING_NOTIFY_DATABASE_URL": "sqlite://", "HUIYING_ACCESS_DATABASE_URL": "sqlite://", "HUIYING_BROKER_URL": "amqp://h/huiying",
        "HUIYING_CONTACT_KEYS": KEY,
    }  # fmt: skip
    return load(Settings, "notify", given | {f"HUIYING_NOTIFY_{name}": value for name, value in more.items()})


def test_secrets_and_templates_are_read_and_never_shown():
    given = settings(
        SECRETS="SMTP_PASSWORD=a=b://c DING=x", SUBMITTER_EMAIL="sns://KEYID/VALUE/eu/{to}", SUBMITTER_SMS="json://h/?to={to}"
    )
    assert given.secrets.values == {"SMTP_PASSWORD": "a=b://c", "DING": "x"}
    assert given.submitter_email.url == "sns://KEYID/VALUE/eu/{to}"
    shown = str(table(given, "notify")) + repr(given)
    assert [secret for secret in ("a=b", "KEYID", "VALUE", KEY) if secret in shown] == []
    assert ("SMTP_PASSWORD" in str(given.secrets), "sns://***" in shown) == (True, True)


def test_nothing_given_is_nothing_to_send_with():
    given = settings()
    assert (given.secrets, given.submitter_email, given.submitter_sms) == (Secrets(), Template(), Template())
    assert str(given.submitter_email) == ""


@pytest.mark.parametrize("text", ["password", "smtp=x", "A=", "=x", "A=b c"])
def test_secrets_that_cannot_be_read_are_refused_without_being_shown(text):
    with pytest.raises(ValueError, match="NAME=value"):
        named_secrets(text)
    with pytest.raises(SettingsInvalid) as refused:
        settings(SECRETS=text)
    assert str(refused.value) == "HUIYING_NOTIFY_SECRETS cannot be used"


@pytest.mark.parametrize("text", ["mailto://smtp.example", "{to}"])
def test_a_template_needs_a_place_for_the_address(text):
    with pytest.raises(ValueError, match=r"\{to\}"):
        template(text)
