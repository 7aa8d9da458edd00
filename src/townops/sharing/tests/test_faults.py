"""What is wrong with a request is said in Chinese, with the way to the field and without the value."""

import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import core_schema

from townops.orders import api as orders
from townops.sharing.rest import faults
from townops.sharing.tests.town import report

ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,}")  # two words in a row


@pytest.mark.parametrize(
    ("body", "where", "problem"),
    [
        ({"source": "grid", "received_at": "2026-11-02T09:00:00"}, "text", "缺少这一项"),
        (report(text=7), "text", "应为文字"),
        (report(text=" "), "text", "格式不对，也不能只有空白"),
        (report(title="长" * 161), "title", "最多160个字"),
        (report(attachments=["1"]), "attachments.0", "应为整数"),
        (report(attachments=[0]), "attachments.0", "不能小于1"),
        (report(attachments=[*range(1, 52)]), "attachments", "最多50项"),
        (report(received_at="明天"), "received_at", "应为 ISO 8601 时间，例如 2026-11-23T09:00:00+08:00"),
        (report(received_at="1999-01-01T09:00:00"), "received_at", "时间应在2000年至2100年之间"),
        (report(place={"lng": 121.5, "lat": 31.3, "crs": "utm"}), "place.crs", "只能是：cgcs2000、wgs84、gcj02、bd09"),
        (report(place={"lng": "x", "lat": 31.3}), "place.lng", "应为数字"),
        (report(contact=[]), "contact", "应为对象"),
        (report(plate="沪A"), "plate", "没有这一项，请核对名称"),
        ([], "整个请求", "应为对象"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_chinese_with_its_field(call, body: Any, where: str, problem: str) -> None:
    told = call("grid").post("/reports", body).json()
    assert (told["code"], told["status"]) == ("schema_invalid", 422)
    assert (where, problem) in {(one["where"], one["problem"]) for one in told["params"]["errors"]}
    assert f"{where}：{problem}" in told["detail"]
    assert not ENGLISH.search(told["detail"]), told["detail"]


def test_of_two_shapes_a_place_may_have_the_one_meant_is_told(call) -> None:
    told = call("grid").post("/reports", report(place={"lng": 121.5})).json()
    assert {(one["where"], one["problem"]) for one in told["params"]["errors"]} == {
        ("place.lat", "缺少这一项")
    }


@pytest.mark.parametrize(
    ("path", "where", "problem"),
    [
        ("/orders?limit=x", "limit", "应为整数"),
        ("/orders?limit=900", "limit", "不能大于200"),
        ("/orders?state=foo&unit=a", "state.0", "只能是：" + "、".join(orders.State)),
        ("/orders?sort=size", "sort", "只能是：-received、received、due"),
        ("/locate?lng=121.5", "lat", "缺少这一项"),
        (
            "/due?start=x&amount=1&unit=work_day",
            "start",
            "应为 ISO 8601 时间，例如 2026-11-23T09:00:00+08:00",
        ),
    ],
)
def test_a_fault_of_a_query_is_told_alike(call, path: str, where: str, problem: str) -> None:
    told = call("grid").get(path).json()
    assert (where, problem) in {(one["where"], one["problem"]) for one in told["params"]["errors"]}
    assert not ENGLISH.search(told["detail"]), told["detail"]


def test_a_kind_nobody_put_into_words_says_which_it_is() -> None:
    with pytest.raises(ValidationError) as found:
        TypeAdapter(complex).validate_python("x")
    (told,) = faults.faults(found.value.errors())
    assert told.problem == "不符合约定（complex_type）"


def test_every_kind_of_the_usual_schemas_has_words() -> None:
    usual = (
        "string",
        "int",
        "float",
        "bool",
        "list",
        "model",
        "literal",
        "enum",
        "datetime",
        "date",
        "extra",
        "too_",
        "greater",
        "less",
    )
    kinds = [one for one in core_schema.ErrorType.__args__ if one.startswith(usual)]
    silent = [
        one
        for one in kinds
        if "不符合约定" in faults.faults([{"type": one, "loc": ("body", "x"), "msg": ""}])[0].problem
    ]
    assert set(silent) <= {"string_sub_type", "string_unicode", "enum_type"}
