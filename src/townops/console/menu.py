"""The main navigation: one entry a page, shown to whoever may open it."""

from dataclasses import dataclass
from typing import Final

from townops.base.ledger.seeing import Viewer, ledgers_for
from townops.console.doors import SEES, Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation: `name` of the address, any one of the `permissions` opens it, none: everybody."""

    name: str
    label: str
    icon: str
    permissions: tuple[str, ...] = ()
    query: str = ""

    @property
    def address(self) -> str:
        return f"console:{self.name}"


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one word; the first has none."""

    label: str
    entries: tuple[Entry, ...]


LEDGERS: Final = ("any register",)  # opened by whichever register one sees
GROUPS: Final = (
    Group(
        "",
        (
            Entry("home", "待办", "home"),
            Entry("notices", "消息", "bell"),
            Entry("orders", "工单", "list", SEES, "open=1"),
            Entry("map", "地图", "pin", SEES, "open=1"),
            Entry("board", "派遣", "forward", ("orders.dispatch",)),
            Entry("register", "登记", "plus", ("orders.report",)),
            Entry("mine", "我的上报", "list", ("orders.view_own",)),
            Entry("session", "指挥调度", "sign", ("orders.decide_dispute", "orders.designate")),
            Entry("upward", "上报", "send", ("orders.upward",)),
        ),
    ),
    Group(
        "网格",
        (
            Entry("grid", "网格图", "pin", ("areas.view",)),
            Entry("dossiers-lacking", "档案缺陷", "warn", ("areas.dossier", "people.edit")),
            Entry("versions", "边界调整", "merge", ("areas.draft", "areas.publish")),
            Entry("surveys", "导入测绘文件", "inbox", ("areas.draft",)),
            Entry("export", "导出边界", "send", ("areas.export",)),
        ),
    ),
    Group("标准化", (Entry("standards", "达标一览", "check", ("standards.view",)),)),
    Group(
        "资料",
        (
            Entry("ledgers", "台账", "list", LEDGERS),
            Entry("handbook", "操作规程", "file"),
            Entry("imports", "导入", "inbox", ("intake.import",)),
            Entry("catalogue", "分类目录", "file", ("catalogue.view",)),
            Entry("dispatch", "派遣规则", "forward", ("dispatch.view",)),
        ),
    ),
    Group(
        "设置",
        (
            Entry(
                "settings",
                "全部设置",
                "tool",
                (
                    "orders.edit_calendar",
                    "orders.edit_flows",
                    "base.tunables",
                    "base.security",
                    "orders.edit_wordings",
                    "catalogue.edit",
                    "dispatch.edit",
                    "people.edit",
                    "base.roles",
                ),
            ),
            Entry("calendar", "工作日历", "clock", ("orders.edit_calendar",)),
            Entry("wordings", "答复模板", "file", ("orders.edit_wordings",)),
            Entry("units", "单位", "home", ("people.edit",)),
            Entry("posts", "岗位", "user", ("people.edit",)),
            Entry("people", "人员", "user", ("people.edit", "base.accounts")),
            Entry("roles", "角色", "sign", ("base.roles",)),
        ),
    ),
)


def of(desk: Desk) -> list[Group]:
    """The groups with what this person may open; empty ones are left out."""
    shown = (Group(group.label, tuple(one for one in group.entries if _opens(one, desk))) for group in GROUPS)
    return [group for group in shown if group.entries]


def _opens(one: Entry, desk: Desk) -> bool:
    if one.permissions == LEDGERS:
        return bool(ledgers_for(Viewer(desk.actor, "")))
    return desk.may(*one.permissions)
