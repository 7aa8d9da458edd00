"""What stories of the upward side share: orders that ask and reply, the district's files."""

import io
from datetime import datetime, timedelta

import openpyxl

from townops.base import sheets
from townops.orders import api

up = api.upward


def asked(town, external: str, kind: str = "extension", **facts) -> str:
    number = town.handling("hotline", user="hotline", external_number=external)
    town.takes("hotline", number, "ask_up", kind=kind, reason="情况复杂", **facts)
    return number


def checked(town, external: str) -> str:
    """A hotline order whose handling passed every review, ready to be replied to."""
    number = town.handling("hotline", user="hotline", external_number=external)
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True)
    return number


def replied(town, external: str, **facts) -> str:
    number = checked(town, external)
    town.takes("hotline", number, "reply_up", **facts)
    return number


def waiting(town, source: str = "hotline") -> list:
    return up.waiting(town.who("hotline"), source, at=town.at)


def message(town, number: str):
    return next(one for one in waiting(town) if one.number == number)


def book(rows: list[list[object]], heads: str = "上级编号 类别 结果 理由 新时限 回执号") -> bytes:
    """An xlsx as the district sends it, written by a program that is not ours."""
    made = openpyxl.Workbook()
    made.active.append(heads.split())
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def brings(town, rows: list[list[object]], *, dry_run: bool = False, **given):
    town.later(minutes=1)
    return up.import_answers(town.who("hotline"), book(rows, **given), at=town.at, dry_run=dry_run)


def outcomes(report) -> list[str]:
    return [one.outcome for one in report.rows]


def compares(town, rows: list[list[object]], heads: str = "上级编号 状态 时限 轮次"):
    return up.reconcile(town.who("hotline"), book(rows, heads), source="hotline")


def said(at: datetime) -> str:
    return (at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


def opened(content: bytes) -> list[dict[str, str]]:
    return [row.cells for row in sheets.read(content)]
