"""Who calls: a bearer token, its account, the person and posts behind it; never a session of the desk.

A token does not stop when its account should change its password: the duty concerns signing in with the
password, machines never do, and a reset password is no reason to cut the district off. Deactivating an
account ends its tokens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from townops.base import accounts
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import api as people

LONGEST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor of this request, and the moment it came in."""

    actor: Actor
    at: datetime


Check = Callable[[HttpRequest, Caller], None]


class Token(HttpBearer):
    """Opens an operation to holders of one of the named actions; `check` may refuse before that."""

    def __init__(self, *permissions: str, check: Check | None = None) -> None:
        super().__init__()
        self.permissions = permissions
        self.check = check

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """401 without a valid token, then whatever `check` refuses (404), then 403."""
        caller = caller_for(token)
        if caller is None:
            return None
        if self.check is not None:
            self.check(request, caller)
        if self.permissions and not any(map(caller.actor.holds, self.permissions)):
            raise Refused("action_not_held", permissions=self.permissions)
        return caller


def caller_for(token: str) -> Caller | None:
    """Who shows this token now; None when it is nobody's. Refused(account_without_person)."""
    at = timezone.now()
    account = accounts.account_id_for_token(token, at=at) if 0 < len(token) <= LONGEST_TOKEN else None
    return None if account is None else Caller(people.actor_for(account, at), at)


def caller_of(request: HttpRequest) -> Caller:
    """Who `Token` let in."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]
