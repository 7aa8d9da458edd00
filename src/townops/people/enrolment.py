"""People's accounts: opened with a one-time password, closed, opened again (C2, U29). Every change is journalled."""

from dataclasses import dataclass
from datetime import datetime

from townops.areas import api as areas
from townops.base import accounts, db, journal, secondfactor
from townops.base.access import ACCOUNTS
from townops.base.models import Account
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people.commands import add_person
from townops.people.models import Person
from townops.people.register import NAME


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person with an account; the one-time password is known here and nowhere else."""

    person_id: int
    username: str
    password: str


def enroll(name: str, username: str, *, actor: Actor, at: datetime, phone: str = "") -> Enrolled:
    """A new person with an account, whose password is changed at the first sign-in."""
    may_keep_accounts(actor)
    password = accounts.random_password()
    with db.write():
        account = accounts.create_account(username, password=password, display_name=name[:64], at=at)
        person = add_person(name, actor=actor, at=at, phone=phone, account_id=account.pk)
        tell(account, "open", actor=actor, at=at)
    return Enrolled(person, account.username, password)


def open_account(person_id: int, username: str, *, actor: Actor, at: datetime) -> Enrolled:
    """An account for somebody who is registered without one."""
    may_keep_accounts(actor)
    password = accounts.random_password()
    with db.write():
        one = Person.objects.filter(pk=person_id, account=None).first()
        if one is None:
            raise Refused("person_unknown", code=person_id)
        account = accounts.create_account(username, password=password, display_name=one.name[:64], at=at)
        Person.objects.filter(pk=person_id).update(account=account)
        tell(account, "open", actor=actor, at=at)
        areas.touch(NAME)
    return Enrolled(person_id, account.username, password)


def disable_account(username: str, *, actor: Actor, at: datetime) -> None:
    """No sign-in, no token from now on; posts and history stay. Nobody shuts himself out."""
    may_keep_accounts(actor)
    account = _account(username)
    if not account.is_active:
        raise Refused("account_disabled", username=username)
    if Person.objects.filter(pk=actor.person, account=account).exists():
        raise Refused("own_account")
    with db.write():
        accounts.deactivate(account, at=at)
        tell(account, "disable", actor=actor, at=at)


def renew_password(username: str, *, actor: Actor, at: datetime) -> str:
    """A one-time password for whoever forgot it; a disabled account is opened again by it."""
    may_keep_accounts(actor)
    account, password = _account(username), accounts.random_password()
    with db.write():
        account.is_active = True
        accounts.set_password(account, password, must_change=True, at=at)
        tell(account, "reset_password", actor=actor, at=at)
    return password


def reset_second_factor(username: str, *, actor: Actor, at: datetime) -> None:
    """Forget phone and recovery codes of whoever lost them; nobody does so for himself. Refused("second_factor_missing")."""
    may_keep_accounts(actor)
    account = _account(username)
    if Person.objects.filter(pk=actor.person, account=account).exists():
        raise Refused("own_second_factor")
    with db.write():
        if not secondfactor.forget(account):
            raise Refused("second_factor_missing", username=username)
        tell(account, "reset_second_factor", actor=actor, at=at)


def may_keep_accounts(actor: Actor) -> None:
    """Refused("not_permitted") unless the actor keeps accounts."""
    if actor.person != SYSTEM_PERSON and not actor.holds(ACCOUNTS):
        raise Refused("not_permitted", step=ACCOUNTS)


def tell(account: Account, action: str, *, actor: Actor, at: datetime) -> None:
    """One journal entry about an account, never with its password."""
    body = {"user": account.username}
    journal.append(kind="account", key=account.pk, action=action, actor=actor, at=at, body=body)


def _account(username: str) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise Refused("account_unknown", username=username)
    return found
