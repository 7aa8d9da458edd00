"""`standards attest`, `exempt` and `basis`: what the board rests on besides records, entered from the command line."""

from argparse import ArgumentParser, Namespace
from datetime import date, datetime
from typing import TYPE_CHECKING

from townops.commands.acting import actor_of, add_by, person_of
from townops.commands.shell import PASS, Commands, Unusable, add, day, say, start_town

if TYPE_CHECKING:
    from townops.standards.api import Given


def register(parts: Commands) -> None:
    attest = add(
        parts, "attest", run_attest, "登记签认：某事项由负责人凭文件确认 / somebody signs that a duty holds"
    )
    exempt = add(
        parts, "exempt", run_exempt, "登记豁免：某事项不需要做 / somebody signs that a duty need not hold"
    )
    for one in (attest, exempt):
        _signature(one)
    exempt.add_argument("--reason", required=True, help="理由 / why")
    basis = add(
        parts, "basis", run_basis, "登记基数，如常住人口 / a dated figure such as the resident population"
    )
    basis.add_argument("name", help="residents 或 households")
    basis.add_argument("value", help="数值 / the figure")
    basis.add_argument("--on", required=True, metavar="DATE", help="统计日期 / of which day")
    basis.add_argument("--source", required=True, help="出处 / who says so")
    basis.add_argument("--area", default="", help="居村代码，默认全镇 / of one village, else of the town")
    for one in (attest, exempt, basis):
        one.add_argument("--town", default="", help="街镇代码 / code of the town")
        add_by(one)


def _signature(parser: ArgumentParser) -> None:
    parser.add_argument("item", help="事项编号，如 E1.3 / id of the item")
    parser.add_argument(
        "--subject", default="", help="责任对象编码，默认全镇 / code of who owes it, else the town"
    )
    parser.add_argument("--signer", required=True, metavar="USER", help="签认人的用户名 / who signs")
    parser.add_argument("--document", required=True, help="文件名称和文号 / the document, by name and number")
    parser.add_argument(
        "--from", dest="since", default="", metavar="DATE", help="起，默认今天 / from, today by default"
    )
    parser.add_argument("--until", required=True, metavar="DATE", help="有效期至 / valid until")


def run_attest(options: Namespace) -> int:
    from townops.standards import api as standards

    at, town = _begin(options)
    key = standards.attest(_given(options, town, at), town=town, actor=actor_of(options, at), at=at)
    say(f"已登记签认 {key}，有效期至 {options.until} / attested")
    return PASS


def run_exempt(options: Namespace) -> int:
    from townops.standards import api as standards

    at, town = _begin(options)
    key = standards.exempt(_given(options, town, at), town=town, actor=actor_of(options, at), at=at)
    say(f"已登记豁免 {key}，至 {options.until} / exempt")
    return PASS


def run_basis(options: Namespace) -> int:
    at, town = _begin(options)
    from townops.areas import api as areas
    from townops.standards import api as standards

    standards.enter_basis(
        options.name,
        _figure(options.value),
        on=day(options.on),
        source=options.source,
        town=town,
        actor=actor_of(options, at),
        at=at,
        area=areas.area(options.area).id if options.area else None,
    )
    say(f"已登记 {options.name} {options.value}（{options.on}）/ entered")
    return PASS


def _begin(options: Namespace) -> tuple[datetime, str]:
    start_town()
    from django.utils import timezone

    from townops.people import api as people

    return timezone.now(), options.town or people.first_town()


def _given(options: Namespace, town: str, at: datetime) -> "Given":
    from townops.standards import api as standards

    since: date = day(options.since) if options.since else standards.day_of(at)
    return standards.Given(
        item=options.item,
        subject=options.subject or town,
        signer=person_of(options.signer),
        document=options.document,
        since=since,
        until=day(options.until),
        reason=getattr(options, "reason", ""),
    )


def _figure(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unusable(f"数值“{text}”不对，应为数字。", f"The figure {text!r} must be a number.") from None
