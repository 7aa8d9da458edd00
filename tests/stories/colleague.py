"""Somebody who works elsewhere in the town, through the same pages and the same server, but without a screen."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from uuid import uuid4

from django.core.files.base import File

from townops.console.tests.browser import PASSWORD, Browser, Page

STALE = 409


@dataclass(frozen=True)
class Answer:
    """An answer as the browser without script reads it."""

    status_code: int
    content: bytes
    redirect_chain: list[tuple[str, int]]


class Wire:
    """Pages over HTTP with the cookies of one person."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.opener.addheaders = [("Accept-Language", "zh-CN")]

    def get(self, path: str, follow: bool = True) -> Answer:
        return self._answered(urllib.request.Request(self.address + path))  # noqa: S310

    def post(self, path: str, data: Mapping[str, Any], follow: bool = True) -> Answer:
        edge = uuid4().hex
        body = b"".join(_parts(data, edge)) + f"--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._answered(urllib.request.Request(self.address + path, body, kind))  # noqa: S310

    def _answered(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=60) as got:
                return self._read(got)
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.read(), [])

    def _read(self, got: HTTPResponse) -> Answer:
        return Answer(got.status, got.read(), [(got.url.removeprefix(self.address), 302)])


def _parts(data: Mapping[str, Any], edge: str) -> Iterator[bytes]:
    for name, values in data.items():
        for value in values if isinstance(values, list) else [values]:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"'
            if isinstance(value, File):
                kind = "\r\nContent-Type: image/jpeg\r\n\r\n"
                yield f'{head}; filename="{value.name}"{kind}'.encode() + value.read() + b"\r\n"
            else:
                yield f"{head}\r\n\r\n{value}\r\n".encode()


class Colleague(Browser):
    """One person at a desk somewhere else."""

    def __init__(self, address: str, user: str) -> None:
        self.client: Any = Wire(address)
        self.page, self.at, self.status = Page(""), "", 0
        self.open("/signin").send("登录", username=user, password=PASSWORD)

    def step(self, number: str, label: str, **facts: Any) -> "Colleague":
        """Take a step of an order; the page says that it was taken."""
        self.open(f"/orders/{number}").send(label, **facts)
        if self.status == STALE:  # the system classified the order meanwhile: look again
            self.open(f"/orders/{number}").send(label, **facts)
        assert f"已办理：{label}" in self.page.text, (number, label, self.page.text[:600])
        return self
