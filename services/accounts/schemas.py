"""The shapes of accounts in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.accounts.model import Invited, NewGrant
from services.contracts.people.callers import Role
from services.contracts.people.grants import GRANTABLE
from services.runtime.input.fields import Building, Code, MailboxField, OneLine, TelephoneField, Tuples
from services.runtime.web.access.people import LONGEST_NAME
from services.runtime.web.lists.paging import page_of

STATES = ("invited", "active", "suspended", "erased")


class GrantBody(Building):
    """A role to be granted, with what it is to act for."""

    shape = NewGrant
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    department = Code(40, load_default=None, allow_none=True)
    station = Code(60, load_default=None, allow_none=True)
    deputy = Code(40, load_default=None, allow_none=True)
    channels = Tuples(fields.String(validate=validate.OneOf(GRANTABLE)), load_default=())


class Invitation(Building):
    """Somebody to be invited, with their first role."""

    shape = Invited
    sign_in = Code(60, required=True)
    name = OneLine(LONGEST_NAME, required=True)
    asked = fields.Nested(GrantBody, required=True, data_key="grant")
    email = MailboxField(load_default=None, allow_none=True)
    phone = TelephoneField(load_default=None, allow_none=True)
    external = Code(200, load_default=None, allow_none=True)


class AccountName(Schema):
    """What somebody is called from now on."""

    name = OneLine(LONGEST_NAME, required=True)


class FilterName(Schema):
    """What somebody calls a filter."""

    name = OneLine(60, required=True)


class AccountGrant(Schema):
    """A role that somebody has, with what they act for in it."""

    id = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    department = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    channels = fields.List(fields.String(validate=validate.OneOf(GRANTABLE)), required=True, allow_none=True)


class AccountSummary(Schema):
    """An account without the ways to reach its owner."""

    id = fields.String(required=True)
    sign_in = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    created = fields.AwareDateTime(required=True)
    seen = fields.AwareDateTime(required=True, allow_none=True)
    second_factor = fields.Boolean(required=True)
    grants = fields.List(fields.Nested(AccountGrant), required=True)


class Account(AccountSummary):
    """An account."""

    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    external = fields.String(required=True, allow_none=True)
    passkeys = fields.Integer(required=True)


class AccountSent(Schema):
    """An account, and the link made for its owner: none where a letter carries it, else to be handed over this once."""

    account = fields.Nested(Account, required=True)
    link = fields.String(required=True, allow_none=True)


AccountsPage = page_of("AccountsPage", "Accounts, the newest first.", AccountSummary)
