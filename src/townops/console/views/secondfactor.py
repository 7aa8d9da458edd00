"""The own second factor: bound to a phone once, asked for again where a session has not shown it."""

from typing import Final

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from townops.base import secondfactor
from townops.console.doors import PROVED, Desk, is_unproved, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused

GROUP: Final = 4


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(with_one_factor=True)
def second_factor(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Bind a phone, or show its code, or see that all is well."""
    if request.method != "POST":
        return render(request, "console/second_factor.html", shown(request, desk))
    code, origin = request.POST.get("code", ""), request.META.get("REMOTE_ADDR", "")
    try:
        if not secondfactor.enrolled(desk.account):
            codes = secondfactor.confirm(desk.account, code, at=desk.at, origin=origin)
            request.session[PROVED] = True
            return render(request, "console/second_factor.html", {"desk": desk, "codes": codes})
        secondfactor.check(desk.account, code, at=desk.at, origin=origin)
    except Refused as refused:
        again = shown(request, desk) | {"said": sentence(refused)}
        return render(request, "console/second_factor.html", again, status=422)
    request.session[PROVED] = True
    return redirect("console:home")


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """Bound: what is left of the recovery codes. Not bound: the QR code as an image and the key to type."""
    forced = is_unproved(request, desk)
    if secondfactor.enrolled(desk.account):
        return {
            "desk": desk,
            "enrolled": True,
            "forced": forced,
            "left": secondfactor.codes_left(desk.account),
        }
    key = secondfactor.begin(desk.account)
    groups = " ".join(key[at : at + GROUP] for at in range(0, len(key), GROUP))
    return {
        "desk": desk,
        "forced": forced,
        "key": groups,
        "image": _image(secondfactor.address(desk.account)),
    }


def _image(address: str) -> str:
    """A QR code as an address for <img>; nothing is stored or sent elsewhere."""
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=4))
