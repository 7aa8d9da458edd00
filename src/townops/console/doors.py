"""Every page is closed unless it names what opens it; whoever comes in is known, active, and not idle for too long (C2, U29).

A page is a function of (request, desk, ...). `Refused` raised in it becomes a page that says what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast
from urllib.parse import urlsplit, urlunsplit

from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone

from townops.base import accounts, tunables
from townops.base.access import SECURITY
from townops.base.models import Account
from townops.base.tunables import Part, Tunable, value_at
from townops.console.saying import sentence
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import api as people

P = ParamSpec("P")
IDLE_KEY: Final = "session.idle_minutes"
IDLE: Final = "30"
tunables.declare(
    Tunable(
        IDLE_KEY, IDLE, "闲置退出", "这么久没有操作即须重新登录；只看不动也算闲置", SECURITY,
        (Part("", "分钟", 5, 480),),
    )
)  # fmt: skip
SEEN: Final = "seen"
PROVED: Final = "second_factor"
OPENED_BY: Final = "opened_by"
NOTED_EVERY: Final = timedelta(minutes=1)
SEES: Final = ("orders.view", "orders.view_all", "orders.view_field")
STATUS: Final = {
    "order_unknown": 404,
    "duty_unknown": 404,
    "attachment_unknown": 404,
    "paper_unknown": 404,
    "wording_unknown": 404,
    "batch_unknown": 404,
    "person_unknown": 404,
    "post_unknown": 404,
    "upward_batch_unknown": 404,
    "view_unknown": 404,
    "register_unknown": 404,
    "row_unknown": 404,
    "row_closed": 403,
    "sheet_upload_unknown": 404,
    "dossier_photo_unknown": 404,
    "dossier_outside": 403,
    "version_unknown": 404,
    "upload_unknown": 404,
    "edit_unknown": 404,
    "not_permitted": 403,
    "source_not_permitted": 403,
    "number_not_permitted": 403,
    "reporter_hidden": 403,
    "account_without_person": 403,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the desk, as what, at which moment."""

    account: Account
    actor: Actor
    at: datetime

    def may(self, *permissions: str) -> bool:
        """Whether one of the named actions is held; none named: everybody may."""
        return not permissions or any(map(self.actor.holds, permissions))

    @property
    def sees_all(self) -> bool:
        return self.actor.holds("orders.view_all")

    @property
    def sees(self) -> bool:
        return self.may(*SEES)

    @property
    def permissions(self) -> frozenset[str]:
        """Every action held, for templates that offer a link only where it leads somewhere."""
        return frozenset().union(*(hat.permissions for hat in self.actor.hats))

    @property
    def town(self) -> str:
        """Code of the town the person works for."""
        hat = next(iter(self.actor.hats), None)
        return people.unit_by_id(hat.unit).town if hat else people.first_town()

    @property
    def units(self) -> tuple[people.UnitView, ...]:
        """The person's units, each once, in the order of the posts."""
        return tuple(people.unit_by_id(one) for one in dict.fromkeys(hat.unit for hat in self.actor.hats))

    @property
    def posts(self) -> tuple[str, ...]:
        """Names of the posts, each once."""
        return tuple(dict.fromkeys(people.post_by_id(hat.post).name for hat in self.actor.hats if hat.post))


Page = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(
    *permissions: str, with_old_password: bool = False, with_one_factor: bool = False
) -> Callable[[Page[P]], View[P]]:
    """Open a page to whoever holds one of the permissions; none: to everybody who signed in.

    Before anything else an old password is renewed and a second factor is shown, where a role asks for one.
    """

    def decorate(inner: Page[P]) -> View[P]:
        @wraps(inner)
        def outer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            at = timezone.now()
            if not _is_awake(request, at):
                return signed_out(request)
            account = cast(Account, request.user)
            if accounts.must_renew(account, at) and not with_old_password:
                return redirect("console:password")
            try:
                desk = Desk(account, people.actor_for(account.pk, at), at)
                if not (with_one_factor or with_old_password) and is_unproved(request, desk):
                    return redirect("console:second-factor")
                setattr(request, "desk", desk)  # noqa: B010  (templates read it; HttpRequest does not know it)
                return inner(request, desk, *args, **kwargs) if desk.may(*permissions) else closed(request)
            except Refused as refused:
                return refusal(request, refused)

        setattr(outer, OPENED_BY, permissions)
        return cast(View[P], outer)

    return decorate


def is_unproved(request: HttpRequest, desk: Desk) -> bool:
    """Whether a role of his asks for a second factor that this session has not shown."""
    return PROVED not in request.session and people.needs_second_factor(desk.actor)


def _is_awake(request: HttpRequest, at: datetime) -> bool:
    """Signed in and not idle; a page that only looks for news (X-Poll) is no activity."""
    if not request.user.is_authenticated:
        return False
    seen = datetime.fromisoformat(request.session.get(SEEN, at.isoformat()))
    minutes = int(value_at(IDLE_KEY, at, default=IDLE))
    setattr(request, "idle_minutes", minutes)  # noqa: B010  (the page warns before it ends)
    if at - seen > timedelta(minutes=minutes):
        auth.logout(request)
        return False
    if "X-Poll" not in request.headers and (SEEN not in request.session or at - seen > NOTED_EVERY):
        request.session[SEEN] = at.isoformat()
    return True


def signed_out(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a page with words typed into it (htmx) stays where it is and is told, and so does one
    that only looks for news (X-Poll).
    """
    if "HX-Request" in request.headers:
        response = render(request, "console/_signed_out.html", status=401)
        response["HX-Retarget"], response["HX-Reselect"], response["HX-Reswap"] = (
            "#notes",
            "[data-refused]",
            "innerHTML show:top",
        )
        return response
    if "X-Poll" in request.headers:
        return HttpResponse(status=401)
    return redirect_to_login(
        request.get_full_path() if request.method in {"GET", "HEAD"} else _form_of(request)
    )


def _form_of(request: HttpRequest) -> str:
    """The page of this site that a form was sent from; without one, home."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    here = sent_from.netloc == request.get_host() and sent_from.path.startswith("/")
    return urlunsplit(("", "", sent_from.path, sent_from.query, "")) if here else "/"


def closed(request: HttpRequest) -> HttpResponse:
    """The page of whoever lacks the right."""
    return HttpResponseForbidden(render(request, "403.html").content)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """What was refused, in words, on a page of its own."""
    status = STATUS.get(refused.code, 400)
    return render(request, "console/refused.html", {"said": sentence(refused)}, status=status)
