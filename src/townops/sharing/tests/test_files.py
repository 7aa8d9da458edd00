"""Attachments: what is kept, who may see it, how it is served."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from townops.sharing.tests.town import OTHER_VILLAGE


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return out.getvalue()


def upload(machine, content=None, name="photo.png"):
    file = SimpleUploadedFile(name, picture() if content is None else content)
    return machine.client.post("/api/v1/attachments", {"file": file}, headers=machine.headers())


def test_a_file_is_kept_under_its_digest_and_served_so_that_nothing_runs(call):
    response = upload(call("grid"))
    kept = response.json()
    assert response.status_code == 201
    assert (kept["media_type"], len(kept["sm3"])) == ("image/png", 64)
    served = call("grid").get(f"/attachments/{kept['id']}")
    assert (served.status_code, served["Content-Type"], len(served.content)) == (
        200,
        "image/png",
        kept["size"],
    )
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Disposition"].startswith("inline; filename*=")


def test_a_file_is_seen_by_who_sees_its_order_and_nobody_else(call):
    kept = upload(call("grid")).json()["id"]
    station = call("station")
    assert station.get(f"/attachments/{kept}").status_code == 404
    order = call("grid").reports(attachments=[kept])
    assert station.get(f"/orders/{order['number']}").status_code == 200
    assert station.get(f"/attachments/{kept}").status_code == 200
    assert call("unit").get(f"/attachments/{kept}").status_code == 404


def test_nobody_gives_a_file_he_may_not_see(call):
    kept = upload(call("grid")).json()["id"]
    response = call("unit").post("/reports", {
        "source": "patrol", "text": "看别人的照片", "received_at": "2026-03-02T09:00:00", "attachments": [kept],
        "place": OTHER_VILLAGE,
    })  # fmt: skip
    assert (response.status_code, response.json()["code"]) == (422, "attachment_unknown")


def test_evidence_given_with_a_step_hangs_on_the_order(call):
    order = call("grid").reports()
    kept = upload(call("check")).json()["id"]
    assert call("check").takes(order, "add_evidence", evidence=[kept]).status_code == 200
    assert call("station").get(f"/attachments/{kept}").status_code == 200
    events = call("grid").get(f"/orders/{order['number']}/events").json()["items"]
    assert events[-1]["files"] == [kept]
    twice = call("check").takes({**order, "seq": 2}, "add_evidence", evidence=[kept, str(kept)])
    assert (twice.status_code, twice.json()["code"]) == (422, "fact_repeated")


WRONG = [
    (b"", "empty.txt", "file_empty"),
    (b"<html><script>alert(1)</script>", "page.txt", "file_type"),
    (b"MZ\x90\x00\x03", "tool.exe", "file_type"),
    (picture()[:40], "half.png", "file_image_broken"),
]


def test_a_file_that_is_not_what_it_should_be_is_refused(call):
    answers = [upload(call("grid"), content, name) for content, name, _ in WRONG]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(422, code) for *_, code in WRONG]


def test_an_upload_without_a_file_is_400_or_422(call):
    grid = call("grid")
    for body in ("", "--x\r\n", '{"file": "x"}'):
        for kind in (
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json",
            "text/plain",
        ):
            response = grid.client.generic("POST", "/api/v1/attachments", body, kind, headers=grid.headers())
            assert response.status_code in (400, 422), (body, kind, response.content)


def test_a_file_that_is_not_there_is_404(call):
    for number in ("0", "999999999999", "9" * 40, "-1", "abc", "٣"):
        assert call("grid").get(f"/attachments/{number}").status_code == 404
