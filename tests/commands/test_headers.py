"""What every answer says about itself."""

import gzip

import pytest
from django.test import Client


@pytest.mark.django_db
def test_health_says_ok_and_no_more(client: Client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/no-such-page"])
def test_scripts_run_only_from_our_own_files(client: Client, address: str):
    response = client.get(address)
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_health_takes_only_reading(client: Client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_pages_go_compressed_to_who_can_read_it(client: Client):
    plain, packed = client.get("/signin"), client.get("/signin", HTTP_ACCEPT_ENCODING="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)
    assert "登录" in gzip.decompress(packed.content).decode()
