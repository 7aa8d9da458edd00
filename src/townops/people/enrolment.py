"""People's accounts: opened with a one-time password, closed, opened again (C2, U29). Every change is journalled."""

from dataclasses import dataclass
from datetime import datetime

from townops.areas import api as areas
from townops.base import accounts, db, journal, secondfactor
from townops.base.access import ACCOUNTS
from townops.base.models import Account
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people.apart import refuse_orphans
from townops.people.appointing import lasting
from townops.people.commands import add_person, close_now, withdraw_appointment
from townops.people.models import Person
from townops.people.planned import refuse_untold
from townops.people.queries import directory, person
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


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account stands: whether it may sign in, is locked for now, has a second factor, must change its password."""

    id: int
    username: str
    active: bool
    locked: bool
    second_factor: bool
    must_change: bool
    last_seen: datetime | None


def account_states(at: datetime) -> dict[int, AccountState]:
    """Every account by id; three queries."""
    fields = ("pk", "username", "is_active", "must_change_password", "last_login")
    rows = list(Account.objects.values_list(*fields))
    shut = accounts.locked((name for _, name, *_ in rows), at)
    bound = secondfactor.accounts_with()
    return {
        number: AccountState(number, name, active, name in shut, number in bound, must_change, seen)
        for number, name, active, must_change, seen in rows
    }


def unlock_account(username: str, *, actor: Actor, at: datetime) -> None:
    """Whoever mistyped five times may try again at once. Refused: not_permitted, account_unknown, account_not_locked."""
    may_keep_accounts(actor)
    account = _account(username)
    if not accounts.locked([username], at):
        raise Refused("account_not_locked", username=username)
    with db.write():
        accounts.forgive(username)
        tell(account, "unlock", actor=actor, at=at)


def disable_account(username: str, *, actor: Actor, at: datetime, note: str = "") -> None:
    """No sign-in, no token from now on; posts and history stay. Nobody shuts himself out, nor the last who keeps others in.

    Refused: not_permitted, account_unknown, account_disabled, own_account, last_keeper.
    """
    may_keep_accounts(actor)
    account = _account(username)
    if not account.is_active:
        raise Refused("account_disabled", username=username)
    if Person.objects.filter(pk=actor.person, account=account).exists():
        raise Refused("own_account")
    refuse_orphans(directory(), directory(), at, actor=actor, closed=frozenset({account.pk}))
    with db.write():
        accounts.deactivate(account, at=at)
        tell(account, "disable", actor=actor, at=at, note=note)


def dismiss(person_id: int, *, actor: Actor, at: datetime, note: str) -> None:
    """Somebody leaves for good: every post he has or was to have ends now and his account is closed, both or neither.

    Refused: not_permitted, person_unknown, own_account, reason_..., last_keeper.
    """
    may_keep_accounts(actor)
    refuse_untold(note)
    one = person(person_id)
    if actor.person == person_id:
        raise Refused("own_account")
    with db.write():
        before = directory()
        for tenure in lasting(person_id, at):
            if tenure.span.starts > at:
                withdraw_appointment(tenure.id, actor=actor, at=at)
            else:
                close_now(tenure.id, actor=actor, at=at, note=note)
        account = Account.objects.filter(pk=one.account_id or 0, is_active=True).first()
        if account is not None:
            disable_account(account.username, actor=actor, at=at, note=note)
        refuse_orphans(before, directory(), at, actor=actor)


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


def tell(account: Account, action: str, *, actor: Actor, at: datetime, note: str = "") -> None:
    """One journal entry about an account, never with its password."""
    body = {"user": account.username} | ({"note": note} if note else {})
    journal.append(kind="account", key=account.pk, action=action, actor=actor, at=at, body=body)


def _account(username: str) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise Refused("account_unknown", username=username)
    return found
