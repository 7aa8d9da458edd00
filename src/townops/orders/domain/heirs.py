"""An order after a unit that has to do with it ended and another took over (U1-U2). Pure."""

from townops.orders.domain.facts import Party
from townops.orders.domain.order import Order, Responsible, Task


def concerns(order: Order, unit: int) -> bool:
    """Whether the unit still owes something here: it holds the order or will again, is its main unit, or owes an opinion."""
    return (
        order.responsible.unit == unit
        or (order.held_before is not None and order.held_before.unit == unit)
        or (order.main is not None and order.main.unit == unit)
        or any(task.unit == unit for task in order.open_tasks)
    )


def succeeded(order: Order, ended: int, heir: Party, seq: int) -> Order:
    """The order with the successor in every place of the unit that ended. Whoever is main owes no opinion beside."""
    main = heir if order.main and order.main.unit == ended else order.main
    owing = {task.unit for task in order.open_tasks}
    parties = (heir if one.unit == ended and ended in owing else one for one in order.assisting)
    others = (one for one in parties if main is None or one.unit != main.unit)
    return order.now(
        main=main,
        responsible=_held(order.responsible, ended, heir),
        held_before=order.held_before and _held(order.held_before, ended, heir),
        assisting=tuple({one.unit: one for one in others}.values()),
        tasks=_tasks(order, ended, heir.unit, main, seq),
    )


def _held(one: Responsible, ended: int, heir: Party) -> Responsible:
    return Responsible(heir.unit, None, one.basis) if one.unit == ended else one


def _tasks(order: Order, ended: int, heir: int, main: Party | None, seq: int) -> tuple[Task, ...]:
    owed = {task.no for task in order.open_tasks}
    twice = any(task.unit == heir for task in order.open_tasks) or (main is not None and main.unit == heir)
    found = []
    for task in order.tasks:
        if task.no in owed and task.unit == ended:
            task = Task(task.no, task.unit if twice else heir, task.round, seq if twice else None)
        elif task.no in owed and main is not None and task.unit == main.unit:
            task = Task(task.no, task.unit, task.round, seq)
        found.append(task)
    return tuple(found)
