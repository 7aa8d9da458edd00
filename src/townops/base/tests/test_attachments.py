"""What hostile uploads do not achieve."""

import io
import stat
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import openpyxl
import pytest
from PIL import Image

from townops.base import attachments, crypto, tunables
from townops.base.models import Attachment
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZHANG = Actor(person=7, name="张甲", hats=())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, db):
    settings.DATA = tmp_path


def picture(kind="PNG", size=(8, 4), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def box(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def store(content, name="file", **place):
    return attachments.store(content, name, ZHANG, AT, **place)


GOOD = [
    (picture("PNG"), "a.png", "image/png"),
    (picture("JPEG"), "a.JPG", "image/jpeg"),
    (picture("WEBP"), "a.webp", "image/webp"),
    (b"%PDF-1.7\n%%EOF", "a.pdf", "application/pdf"),
    (workbook(), "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        box(word__document_dot_xml="x"),
        "a.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (b"\0\0\0\x18ftypmp42" + b"\0" * 32, "a.mp4", "video/mp4"),
    ("编号,说明\n1,好".encode(), "a.csv", "text/plain"),
    ("说明".encode("gbk"), "a.txt", "text/plain"),
]


@pytest.mark.parametrize(("content", "name", "media_type"), GOOD, ids=[name for _, name, _ in GOOD])
def test_known_files_are_kept_and_come_back(content, name, media_type):
    row = store(content, name)
    assert (row.media_type, row.name, row.person) == (media_type, name, 7)
    assert crypto.sm3(attachments.content_of(row)).hex() == row.sm3


HOSTILE = [
    (b"<!DOCTYPE html><script>alert(1)</script>", "a.png", "file_type"),
    (b"<html><body onload=x>", "a.txt", "file_type"),
    (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "a.svg", "file_type"),
    (picture("PNG"), "a.jpg", "file_type"),
    (picture("PNG"), "a.php", "file_type"),
    (picture("PNG"), "a.png.exe", "file_type"),
    (b"MZ\x90\0\3\0", "a.exe", "file_type"),
    (b"\x7fELF\2\1\1\0", "a.txt", "file_type"),
    (b"", "a.png", "file_empty"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.png", "file_image_broken"),
    (picture("JPEG")[:200], "a.jpg", "file_image_broken"),
    (box(xl__workbook_dot_xml="x", xl__vbaProject_dot_bin="x"), "a.xlsx", "file_type"),
    (box(readme_dot_txt="x"), "a.zip", "file_type"),
    (b"PK\x03\x04broken", "a.xlsx", "file_type"),
]


@pytest.mark.parametrize(("content", "name", "code"), HOSTILE)
def test_hostile_or_broken_files_are_refused_and_leave_nothing(settings, content, name, code):
    with pytest.raises(Refused, match=f"^{code}"):
        store(content, name)
    assert not Attachment.objects.exists()
    assert not (settings.DATA / "attachments").exists()


def huge_png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 12_000, 50_000])
def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused_unopened(side):
    with pytest.raises(Refused, match="file_image_huge"):
        store(huge_png(side, side), "a.png")


def test_the_cap_is_a_setting():
    tunables.set_value("attachments.largest_mb", "1", effective_from=AT)
    assert store(b"a" * 1024 * 1024, "a.txt")
    with pytest.raises(Refused, match="file_too_large"):
        store(b"a" * (1024 * 1024 + 1), "a.txt")


def test_pictures_lose_place_and_comments_and_stand_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "secret"
    exif.get_ifd(0x8825)[2] = (31.0, 20.0, 0.0)
    row = store(picture("JPEG", exif=exif, comment=b"secret"), "a.jpg")
    kept = attachments.content_of(row)
    opened = Image.open(io.BytesIO(kept))
    assert opened.size == (4, 8)
    assert not opened.getexif()
    assert b"secret" not in kept


def test_text_hidden_behind_a_picture_is_gone():
    row = store(picture("PNG") + b"<?php system($_GET[0]); ?>", "a.png")
    assert b"php" not in attachments.content_of(row)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\现场.txt", "现场.txt"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("a\0b\n.txt", "ab.txt"),
        ("照片\u202etxt.exe", "照片txt.exe"),
        ("", "file"),
    ],
)
def test_names_are_only_names(given, kept):
    assert attachments.safe_name(given) == kept


def test_a_long_name_keeps_its_ending():
    assert attachments.safe_name("长" * 500 + ".txt") == "长" * 116 + ".txt"


def test_a_name_with_a_path_does_not_move_the_file(settings):
    row = store(b"hello", "../../../evil.txt")
    files = [file for file in settings.DATA.rglob("*") if file.is_file() and "keys" not in file.parts]
    assert files == [settings.DATA / "attachments" / row.sm3[:2] / row.sm3]
    assert not stat.S_IMODE(files[0].stat().st_mode) & 0o111


def test_the_same_content_lies_on_disk_once(settings):
    one, two = store(b"hello", "a.txt"), store(b"hello", "b.txt")
    assert one.pk != two.pk
    assert len(list((settings.DATA / "attachments").rglob(one.sm3))) == 1


def test_a_file_changed_on_disk_is_noticed():
    row = store(b"hello", "a.txt")
    attachments.path_of(row.sm3).write_bytes(b"hullo")
    with pytest.raises(ValueError, match="changed on disk"):
        attachments.content_of(row)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_only_a_digest_names_a_path(digest):
    with pytest.raises(ValueError, match="not a digest"):
        attachments.path_of(digest)


def test_files_are_served_so_that_no_browser_runs_them():
    head = attachments.headers(store(b"hello", '现场";x.txt'))
    assert head["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%3Bx.txt"
    assert head["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in head["Content-Security-Policy"]


def test_a_file_uploaded_beforehand_is_hung_on_its_object_once():
    row = store(b"hello", "a.txt")
    assert attachments.attach([row.pk], kind="thing", key=5) == 1
    assert attachments.attach([row.pk], kind="thing", key=6) == 0
    assert attachments.of("thing", 5) == [row]
