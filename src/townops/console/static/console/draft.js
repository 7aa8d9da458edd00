// What is typed into form[data-draft] is kept on the server every few seconds and on leaving, a draft for each form that was
// opened; all of the family are offered when such a form is opened again, on whatever computer, and each is gone once its
// form was sent. A form is sent only by somebody who is signed in: else it stays where it is, with every word.

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
    this.family = form.dataset.drafts;
    this.dirty = false;
    this.sent = false;
    this.touched = false;
    this.timer = 0;
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", () => this.touch());
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return; // desk.js refuses the second click
      event.preventDefault();
      this.send();
    });
  }

  touch() {
    this.dirty = true;
    this.touched = true;
    this.sent = false;
    this.timer ||= setTimeout(() => this.keep({}), PAUSE);
  }

  async send() {
    const held = await this.hindered();
    if (held) {
      delete this.form.dataset.sent;
      this.touch();
      this.say(held);
      return;
    }
    this.sent = true;
    this.dirty = false;
    clearTimeout(this.timer);
    this.timer = 0;
    this.running?.abort();
    const stamp = this.form.elements.namedItem("csrfmiddlewaretoken");
    if (stamp && token()) stamp.value = token(); // another since signing in again
    this.form.submit();
  }

  // Why the form cannot be sent just now, in words; empty when it can.
  async hindered() {
    try {
      const answer = await fetch("/live", { cache: "no-store", redirect: "manual" });
      return answer.type === "opaqueredirect" ? signedOut() : "";
    } catch {
      return word("网络不通，没有提交；内容都还在，请稍后再按");
    }
  }

  async keep(headers) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.dirty || this.sent) return;
    this.dirty = false;
    try {
      const answer = await this.post(this.kind, cellsOf(this.form), headers);
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        this.dirty = true; // kept once somebody signed in again
        return this.say(signedOut());
      }
      if (answer.ok) this.say(word("草稿已存，{when}", { when: (await answer.json()).said }));
      else this.say(answer.status === 422 ? (await answer.json()).said : word("草稿没有存上，稍后再试"));
      if (answer.status >= 500) this.dirty = true;
    } catch {
      this.dirty = !this.sent; // aborted by sending, or no network: with the next key it is tried again
    }
    return undefined;
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
    const answer = await fetch(`/drafts/${this.family}?family=1`, { redirect: "manual", cache: "no-store" });
    if (answer.status !== 200) return false;
    const drafts = (await answer.json()).drafts.filter((one) => one.kind !== this.kind);
    if (!drafts.length) return false;
    const box = document.createElement("div");
    box.className = "draft-offers";
    box.append(...drafts.map((one) => this.note(one)));
    this.form.before(box);
    return true;
  }

  note({ kind, cells, said }) {
    const note = document.createElement("div");
    note.className = "note note-soon draft-offer";
    note.setAttribute("role", "status");
    note.append(`${word("{said} 有一份没有提交的草稿：", { said })}${(cells.text ?? cells.reason ?? "").slice(0, 24) || word("（未写内容）")} `);
    note.append(this.button(word("接着填"), () => this.resume(kind, cells), note));
    note.append(" ", this.button(word("丢弃"), () => this.drop(kind), note));
    return note;
  }

  // What stood in this form already becomes a draft of its own; the one taken up goes on as this form's.
  async resume(kind, cells) {
    const aside = this.touched ? cellsOf(this.form) : null;
    fill(this.form, cells);
    this.form.querySelector("[autofocus], textarea")?.focus();
    if (aside) await this.post(`${this.kind}-before`, aside, {});
    const answer = await this.post(this.kind, cellsOf(this.form), {});
    if (answer.ok) await this.drop(kind);
  }

  drop(kind) {
    return this.post(kind, new URLSearchParams({ drop: "1" }), {});
  }

  button(words, act, note) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words;
    button.addEventListener("click", () => {
      note.remove();
      Promise.resolve(act()).catch(() => {}); // no network: the draft stays and is offered again
    });
    return button;
  }
}

function signedOut() {
  document.dispatchEvent(new CustomEvent("townops:signed-out"));
  return word("已退出登录，没有存上；内容都还在这一页");
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
document.addEventListener("townops:signed-in", () => {
  for (const keeper of keepers) keeper.keep({ "X-Poll": "1" });
});
window.addEventListener("pagehide", () => keepers.forEach((one) => one.leave()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) keepers.forEach((one) => one.leave());
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const keeper of keepers) keeper.sent = false;
});
