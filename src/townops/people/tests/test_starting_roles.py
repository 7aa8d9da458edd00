"""The starting roles name only rights somebody declares, and keep the administrators apart (U6, engine 1)."""

import pytest

from townops.base.permissions import permissions_of
from townops.people import api


@pytest.fixture
def loaded(db: None) -> int:
    return api.load_roles()


def test_every_starting_role_can_be_loaded(loaded):
    assert loaded >= 20
    assert "orders.dispatch" in permissions_of(["dispatcher"])


def test_a_social_worker_cannot_designate_suspend_or_sign_for_a_leader(loaded):
    for clerk in ("hotline_clerk", "grid_clerk", "video_clerk", "dispatcher", "shift"):
        held = permissions_of([clerk])
        assert not held & {
            "orders.designate",
            "orders.decide_application",
            "orders.sign_raised",
            "orders.review_center",
        }


def test_the_three_administrators_share_nothing_that_changes_and_take_no_step(loaded):
    system, security, audit = (
        permissions_of([code]) for code in ("sysadmin", "security_admin", "audit_admin")
    )
    assert system & security == set()
    assert (system | security) & audit <= {"base.journal_view"}
    assert not any(
        one.startswith("orders.") and one != "orders.verify_journal" for one in system | security | audit
    )
