"""Signing in and out, and the change of password that comes first when it is due."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from townops.base import accounts, secondfactor
from townops.base.models import Account
from townops.console.doors import PROVED, SEEN, Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
HOME: Final = "/"
HALF: Final = "half_signed_in"
HALF_LASTS: Final = timedelta(minutes=5)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The only page that is open to everybody."""
    onward = _onward(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(onward)
        return render(request, "console/signin.html", {"onward": onward})
    name, password = request.POST.get("username", ""), request.POST.get("password", "")
    try:
        account = accounts.sign_in(
            name, password, at=timezone.now(), address=request.META.get("REMOTE_ADDR", "")
        )
    except Refused as refused:
        shown = {"onward": onward, "username": name, "said": sentence(refused)}
        return render(request, "console/signin.html", shown, status=401)
    if secondfactor.enrolled(account):
        request.session.flush()
        request.session[HALF] = [account.pk, timezone.now().isoformat(), onward]
        return redirect("console:signin-code")
    return come_in(request, account, onward)


def come_in(request: HttpRequest, account: Account, onward: str, *, proved: bool = False) -> HttpResponse:
    auth.login(request, account, backend=BACKEND)
    request.session[SEEN] = timezone.now().isoformat()
    if proved:
        request.session[PROVED] = True
    return redirect(onward)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second half of signing in, open for five minutes after the right password."""
    at = timezone.now()
    number, since, onward = request.session.get(HALF, [0, at.isoformat(), HOME])
    account = accounts.by_id(number)
    if account is None or at - datetime.fromisoformat(since) > HALF_LASTS:
        request.session.pop(HALF, None)
        return redirect("console:signin")
    if request.method != "POST":
        return render(request, "console/signin_code.html", {})
    try:
        origin = request.META.get("REMOTE_ADDR", "")
        secondfactor.check(account, request.POST.get("code", ""), at=at, origin=origin)
    except Refused as refused:
        return render(request, "console/signin_code.html", {"said": sentence(refused)}, status=401)
    del request.session[HALF]
    return come_in(request, account, onward, proved=True)


def _onward(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or HOME
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else HOME


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("console:signin")


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@page(with_old_password=True)
def password(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Change one's own password; forced when it is a first one or too old."""
    forced = accounts.must_renew(desk.account, desk.at)
    if request.method != "POST":
        return render(request, "console/password.html", {"forced": forced})
    try:
        _change(request, desk)
    except Refused as refused:
        return render(
            request, "console/password.html", {"forced": forced, "said": sentence(refused)}, status=422
        )
    auth.update_session_auth_hash(request, desk.account)
    messages.success(request, "密码已修改。")
    return redirect("console:home")


def _change(request: HttpRequest, desk: Desk) -> None:
    old, new, again = (request.POST.get(name, "") for name in ("old", "new", "again"))
    if not desk.account.check_password(old):
        raise Refused("password_wrong")
    if new != again:
        raise Refused("password_repeat")
    accounts.set_password(desk.account, new, at=desk.at)
