"""A browser without script: it knows only what stands in the page, follows links, fills in forms, sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

PASSWORD = "Townops-demo-2026"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
]  # fmt: skip
Attributes = dict[str, str]


@dataclass
class Form:
    """A form as it stands: where it goes, what stands in it, what it demands, the words of its button."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    demanded: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    options: dict[str, list[str]] = field(default_factory=dict)
    button: str = ""
    buttons: dict[str, Attributes] = field(default_factory=dict)


class Page(HTMLParser):
    """The forms and the words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.errors: list[str] = []
        self._select = self._area = self._textarea = ""
        self._in_button = False
        self._pressed: Attributes = {}
        self._hushed = 0
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.errors += [f"{tag} {name}" for name in told if name == "style" or name.startswith("on")]
        if tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get")))
        elif tag in {"script", "style"}:
            self._hushed += 1
            self.errors += [] if told.get("src") else [tag]
        elif self.forms:
            self._part(tag, told)

    def _part(self, tag: str, told: Attributes) -> None:
        form, name = self.forms[-1], told.get("name", "")
        if "required" in told and name:
            form.demanded.add(name)
        if tag == "input":
            self._input(form, name, told)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.options.setdefault(self._select, []).append(told["value"])
            if "selected" in told:
                form.values[self._select] = [told["value"]]
        elif tag == "textarea":
            self._textarea = name
            form.values[name] = [""]
        elif tag == "button":
            self._in_button, self._pressed, form.button = True, told, ""

    def _input(self, form: Form, name: str, told: Attributes) -> None:
        kind = told.get("type", "text")
        if kind == "file":
            form.files.add(name)
        elif kind in {"radio", "checkbox"}:
            form.options.setdefault(name, []).append(told["value"])
            if "checked" in told:
                form.values.setdefault(name, []).append(told["value"])
        elif name:
            form.values.setdefault(name, []).append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "button":
            self._in_button = False
            if self.forms:
                self.forms[-1].buttons[self.forms[-1].button] = self._pressed
        elif tag in {"script", "style"}:
            self._hushed -= 1

    def handle_data(self, data: str) -> None:
        if self._hushed:
            return
        self.words.append(data)
        if self._textarea:
            self.forms[-1].values[self._textarea][0] += data
        if self._in_button and self.forms:
            self.forms[-1].button += data.strip()

    def form(self, button: str) -> Form:
        """The form with this button."""
        found = [one for one in self.forms if button in one.buttons]
        assert found, f"no button “{button}” among {[list(one.buttons) for one in self.forms]}"
        return found[0]

    def offers(self, button: str) -> bool:
        return any(button in one.buttons for one in self.forms)


class Browser:
    """One person at the desk."""

    def __init__(self, user: str, password: str = PASSWORD) -> None:
        self.client = Client()
        self.page = Page("")
        self.at = ""
        self.status = 0
        if user:
            self.open("/signin")
            self.send("登录", username=user, password=password)

    def open(self, path: str) -> "Browser":
        return self._arrive(self.client.get(path, follow=True), path)

    def send(self, button: str, **typed: Any) -> "Browser":
        """Press the button after typing into inputs that are there; files are given as (name, bytes)."""
        form = self.page.form(button)
        known = set(form.values) | set(form.options) | form.files
        assert set(typed) <= known, f"not on the form: {sorted(set(typed) - known)}"
        data: dict[str, Any] = {name: values for name, values in form.values.items() if any(values)}
        data |= {name: _sent(value) for name, value in typed.items()}
        pressed = form.buttons[button]
        data |= {pressed["name"]: pressed["value"]} if "name" in pressed else {}
        missing = [name for name in form.demanded if name not in data]
        assert not missing, f"the browser would not send it without {missing}"
        send = self.client.post if form.method == "post" else self.client.get
        return self._arrive(send(form.action or self.at, data, follow=True), form.action or self.at)

    def _arrive(self, response: Any, path: str) -> "Browser":
        self.at = response.redirect_chain[-1][0] if response.redirect_chain else path
        self.status, self.html = response.status_code, response.content.decode()
        self.page = Page(self.html)
        return self

    @property
    def number(self) -> str:
        return self.at.rstrip("/").split("/")[2]


def _sent(value: Any) -> Any:
    if isinstance(value, tuple):
        return SimpleUploadedFile(value[0], value[1])
    return value


def picture() -> tuple[str, bytes]:
    """A small photograph."""
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (32, 24), "gray").save(made, "JPEG")
    return "现场.jpg", made.getvalue()
