// What is typed into form[data-draft="kind"] is kept on the server every few seconds and on leaving; it is offered when
// the form is opened again, on whatever computer, and gone once the form was sent.

import { word } from "./words.js";

const PAUSE = 2000;
const AGAIN = 1500;
const UNKEPT = new Set(["csrfmiddlewaretoken", "key"]);
const keepers = [];

function token() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

function cellsOf(form) {
  const cells = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && value !== "" && !UNKEPT.has(name)) cells.set(name, value);
  return cells;
}

function put(field, value) {
  if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
  else field.value = value;
  const folded = value !== "" && field.closest("details");
  if (folded) folded.open = true;
}

function fill(form, cells) {
  for (const [name, value] of Object.entries(cells))
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`))
      if (field.type !== "file" && field.type !== "hidden") put(field, value);
  for (const name of Object.keys(cells)) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    field?.dispatchEvent(new Event("input", { bubbles: true }));
    field?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

class Keeper {
  constructor(form) {
    this.form = form;
    this.kind = form.dataset.draft;
    this.dirty = false;
    this.sent = false;
    this.touched = false;
    this.timer = 0;
    this.before = null; // an older draft that nobody has decided on
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", () => this.touch());
    form.addEventListener("submit", () => this.send());
  }

  touch() {
    this.dirty = true;
    this.touched = true;
    this.sent = false;
    this.timer ||= setTimeout(() => this.keep({}), PAUSE);
  }

  send() {
    this.sent = true;
    this.dirty = false;
    clearTimeout(this.timer);
    this.timer = 0;
    this.running?.abort();
  }

  async keep(headers) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.dirty || this.sent) return;
    this.dirty = false;
    try {
      await this.putAside();
      const answer = await this.post(this.kind, cellsOf(this.form), headers);
      if (answer.ok) this.say(word("草稿已存，{when}", { when: (await answer.json()).said }));
      else this.say(answer.status === 422 ? (await answer.json()).said : word("草稿没有存上，稍后再试"));
      if (answer.status >= 500) this.dirty = true;
    } catch {
      this.dirty = !this.sent; // aborted by sending, or no network: with the next key it is tried again
    }
  }

  // An older draft that was offered and not yet decided on is not lost to what is typed now.
  async putAside() {
    if (!this.before) return;
    const cells = new URLSearchParams(this.before);
    this.before = null;
    await this.post(`${this.kind}-before`, cells, {});
  }

  post(kind, cells, headers) {
    this.running = new AbortController();
    return fetch(`/drafts/${kind}`, {
      method: "POST",
      body: cells,
      headers: { "X-CSRFToken": token(), ...headers },
      redirect: "manual",
      keepalive: true,
      signal: this.running.signal,
    });
  }

  leave() {
    if (!this.dirty || this.sent) return;
    const cells = cellsOf(this.form);
    cells.set("csrfmiddlewaretoken", token());
    if (navigator.sendBeacon(`/drafts/${this.kind}`, cells)) this.dirty = false;
  }

  say(words) {
    const said = this.form.querySelector("[data-draft-said]");
    if (said) said.textContent = words;
  }

  async offer() {
    for (const kind of [this.kind, `${this.kind}-before`]) {
      const answer = await fetch(`/drafts/${kind}`, { redirect: "manual", cache: "no-store" });
      if (answer.status !== 200) continue;
      const { cells, said } = await answer.json();
      this.before = kind === this.kind ? cells : null;
      this.form.before(this.note(kind, cells, said));
      return true;
    }
    return false;
  }

  note(kind, cells, said) {
    const note = document.createElement("div");
    note.className = "note note-soon draft-offer";
    note.setAttribute("role", "status");
    note.append(`${word("{said} 有一份没有提交的草稿：", { said })}${(cells.text ?? cells.reason ?? "").slice(0, 24) || word("（未写内容）")} `);
    note.append(this.button(word("接着填"), () => {
      fill(this.form, cells);
      this.form.querySelector("[autofocus], textarea")?.focus();
    }, note, kind));
    note.append(" ", this.button(word("丢弃"), () => this.post(kind, new URLSearchParams({ drop: "1" }), {}), note, kind));
    return note;
  }

  button(words, act, note, kind) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words;
    button.addEventListener("click", () => {
      if (kind === this.kind) this.before = null;
      note.remove();
      act();
    });
    return button;
  }
}

// What a page kept while it was left may arrive after the next page asked: ask once more.
async function offer(keeper) {
  if (await keeper.offer()) return;
  await new Promise((done) => setTimeout(done, AGAIN));
  if (!keeper.dirty && !keeper.touched) await keeper.offer();
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const keeper = new Keeper(form);
  keepers.push(keeper);
  const returned = document.querySelector("[data-refused]"); // a refused form already holds what was typed
  if (!returned) offer(keeper).catch(() => {});
}

document.addEventListener("townops:save-drafts", () => {
  for (const keeper of keepers) keeper.keep({ "X-Poll": "1" });
});
window.addEventListener("pagehide", () => keepers.forEach((one) => one.leave()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) keepers.forEach((one) => one.leave());
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const keeper of keepers) keeper.sent = false;
});
