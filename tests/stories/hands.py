"""What a person does on the order page: open a step, fill in what it asks, send it."""

from typing import Any

from townops.console.tests.browser import picture

DONE = "已办理"


def photo() -> dict[str, object]:
    """A photograph as a field for files takes it."""
    name, content = picture()
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def form_of(page: Any, step: str, *names: str) -> Any:
    """The form of the step that asks for all of these."""
    wanted = f"form[action$='/steps/{step}']" + "".join(f":has([name={name}])" for name in names)
    return page.locator(wanted).last


def fill(form: Any, name: str, value: object) -> None:
    """As its kind of field wants it: chosen, ticked, uploaded or typed."""
    fields = form.locator(f"[name={name}]")
    kind = fields.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
    if kind == "radio":
        form.locator(f"[name={name}][value='{value}']").check()
    elif kind == "select":
        fields.first.select_option(str(value))
    elif kind == "file":
        fields.first.set_input_files(value)
    else:
        fields.first.fill(str(value))


def unfold(form: Any) -> None:
    """Open every fold the form, and what is folded inside it, lies in."""
    form.evaluate(
        """form => { for (let one = form.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
        form.querySelectorAll("details").forEach(one => { one.open = true; }) }"""
    )


def do(page: Any, step: str, **facts: object) -> None:
    """Take a step of the order that is open on the page; the page says that it was taken."""
    form = form_of(page, step, *facts)
    unfold(form)
    for name, value in facts.items():
        fill(form, name, value)
    lacking = form.evaluate("form => [...form.querySelectorAll(':invalid')].map(one => one.name)")
    assert lacking == [], f"{step} lacks {lacking}"
    page.evaluate("document.getElementById('main').dataset.before = '1'")
    form.locator("button[type=submit]").last.click()
    page.wait_for_selector("#main:not([data-before])")
    said = page.inner_text("#main .note >> nth=0")
    assert DONE in said, said


def state(page: Any) -> str:
    return str(page.inner_text(".order-head .state")).strip()


def number(page: Any) -> str:
    return str(page.url).rstrip("/").rpartition("/")[2].partition("?")[0].partition("#")[0]
