"""What only pages need of a request, and machines under /api/ are spared: sessions, cookies against forgery, messages."""

from typing import Final

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

MACHINES: Final = "/api/"


class ForPages(MiddlewareMixin):
    """Passes requests of machines on as they came: they show a token, and nothing of a session opens a door to them."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(MACHINES):
            answer: HttpResponseBase = self.get_response(request)  # type: ignore[assignment]
            return answer
        return super().__call__(request)  # type: ignore[return-value]


class Sessions(ForPages, SessionMiddleware):
    """Who signed in at the desk."""


class Csrf(ForPages, CsrfViewMiddleware):
    """Forms come from our own pages."""


class Authentication(ForPages, AuthenticationMiddleware):
    """The account of the session."""


class Messages(ForPages, MessageMiddleware):
    """What the next page is to say."""
