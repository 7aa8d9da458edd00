"""An empty town: area, units and posts, roles, calendar, catalogue, flows, rules, and the first administrator."""

from datetime import date, datetime
from typing import Final

from django.apps import apps
from django.utils import timezone

from townops.areas import api as areas
from townops.base import accounts, calendars, journal
from townops.base.db import write
from townops.catalogue import api as catalogue
from townops.dispatch import api as dispatch
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.orders import api as orders
from townops.people import api as people

SYSTEM = Actor(SYSTEM_PERSON, "系统", ())
ADMINISTRATOR = "system.sysadmin"
IN_FORCE_SINCE: Final = date(2015, 1, 1)


def found(name: str, code: str, admin: str) -> str:
    """All or nothing; returns the administrator's one-time password. `Refused` when a rule says no."""
    password, at = accounts.random_password(), timezone.now()
    with write():
        account = accounts.create_account(admin, password=password, must_change=True, at=at)
        make_area(name, code, on=timezone.localdate(at))
        load_starting_data(code, at)
        post = people.post(ADMINISTRATOR, town=code)
        recruit = people.Recruit(name=admin, posts=(post.id,), account_id=account.pk)
        people.enlist([recruit], starts=at, actor=SYSTEM, at=at)
        body = {"town": name, "code": code, "administrator": admin}
        journal.append(kind="town", key=code, action="found", actor=SYSTEM, at=at, body=body)
    return password


def load_starting_data(code: str, at: datetime) -> None:
    """What every town begins with; each part is data the town may change afterwards. It is in force long
    before the town's first day here, so that its old orders can be brought in.
    """
    calendars.build_first(at)
    people.load_roles()
    people.build_units(code, actor=SYSTEM, at=at)
    catalogue.load_starting(IN_FORCE_SINCE, at=at)
    orders.load_starting_flows()
    dispatch.load_starting(IN_FORCE_SINCE, at=at)


def make_area(name: str, code: str, *, on: date) -> None:
    """The town itself, without a shape until its areas are imported."""
    model = apps.get_model("areas", "Area")
    area = model._default_manager.create(town=code, code=code, name=name, kind="town", valid_from=on)
    model._default_manager.filter(pk=area.pk).update(path=f"/{area.pk}/")
    areas.touch("areas")
