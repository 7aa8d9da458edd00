// What is typed into a step of an order (form[data-draft-step]) is kept on the server: one draft for all steps of the
// order, offered when its page is opened again, gone once the step was taken. Files and hidden fields are not kept.

import { word } from "./words.js";

const PAUSE = 2000;
const AGAIN = 1500;
const LEFT = "townops-left:"; // this tab left a form a moment ago: its words may arrive after the page did
const touched = new Set();
let cells = new Map(); // of all steps: what an older visit kept of the others stays beside what is typed now
let timer = 0;
let running = null;

function kindOf(form) {
  return form.dataset.draftOrder;
}

function token() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

function fieldsOf(form) {
  return [...form.elements].filter(
    (one) =>
      one.name &&
      !["hidden", "file", "submit", "button", "password"].includes(one.type) &&
      !/^(wording_|kept_)/.test(one.name) &&
      !one.closest("[data-unkept]"),
  );
}

// One key a field: fields of one name are told apart by their place.
function keyed(form) {
  const seen = new Map();
  return fieldsOf(form).map((field) => {
    const choice = field.type === "radio" || field.type === "checkbox";
    const place = choice ? 0 : (seen.get(field.name) ?? 0);
    seen.set(field.name, place + 1);
    return [`${form.dataset.draftStep}.${field.name}${place ? `.${place}` : ""}`, field];
  });
}

function gather(form) {
  for (const key of [...cells.keys()]) if (key.startsWith(`${form.dataset.draftStep}.`)) cells.delete(key);
  for (const [key, field] of keyed(form)) {
    const choice = field.type === "radio" || field.type === "checkbox";
    if (choice ? field.checked : field.value !== "") cells.set(key, field.value);
  }
}

function post(kind, body, headers = {}) {
  running = new AbortController();
  return fetch(`/drafts/${kind}`, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token(), ...headers },
    redirect: "manual",
    keepalive: true,
    signal: running.signal,
  });
}

function body() {
  return new URLSearchParams(cells.size ? [...cells] : [["drop", "1"]]);
}

async function load(kind) {
  const answer = await fetch(`/drafts/${kind}`, { redirect: "manual", cache: "no-store" });
  if (answer.status !== 200) return null;
  return answer.json();
}

async function keep(headers) {
  clearTimeout(timer);
  timer = 0;
  const forms = [...touched].filter((form) => form.isConnected);
  touched.clear();
  if (!forms.length) return;
  try {
    forms.forEach(gather);
    const answer = await post(kindOf(forms[0]), body(), headers);
    if (answer.type === "opaqueredirect" || answer.status === 401) { // signed out: kept once somebody signed in again
      forms.forEach((form) => touched.add(form));
      document.dispatchEvent(new CustomEvent("townops:signed-out"));
      return;
    }
    const said = answer.ok
      ? word("草稿已存，{when}", { when: (await answer.json().catch(() => ({ said: "" }))).said })
      : word("草稿没有存上，稍后再试");
    for (const form of forms) say(form, said);
    if (answer.status >= 500) forms.forEach((form) => touched.add(form));
  } catch {
    forms.forEach((form) => form.isConnected && !form.dataset.sent && touched.add(form)); // sent, or no network
  }
}

function say(form, words) {
  const place = form.querySelector("[data-draft-said]");
  if (place) place.textContent = words;
}

function touch(event) {
  const form = event.target.closest?.("form[data-draft-step]");
  if (!form) return;
  touched.add(form);
  timer ||= setTimeout(() => keep({}), PAUSE);
}

function leave() {
  const forms = [...touched].filter((form) => form.isConnected);
  if (!forms.length) return;
  forms.forEach(gather);
  const words = body();
  words.set("csrfmiddlewaretoken", token());
  if (!navigator.sendBeacon(`/drafts/${kindOf(forms[0])}`, words)) return;
  sessionStorage.setItem(LEFT + kindOf(forms[0]), "1");
  touched.clear();
}

function formOf(step) {
  return document.querySelector(`form[data-draft-step="${CSS.escape(step)}"]`);
}

function put(kept) {
  for (const form of document.querySelectorAll("form[data-draft-step]")) {
    let filled = false;
    for (const [key, field] of keyed(form)) {
      if (!(key in kept)) continue;
      filled = true;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === kept[key];
      else field.value = kept[key];
      const folded = field.closest("details.field");
      if (folded) folded.open = true;
    }
    if (!filled) continue;
    for (let at = form.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    touched.add(form);
    form.querySelector("textarea, input:not([type=hidden])")?.focus();
  }
}

function offer(kind, found) {
  const names = [...new Set(Object.keys(found.cells).map((key) => key.split(".")[0]))].filter(formOf);
  const place = document.querySelector("[data-drafts]");
  if (!names.length || !place || place.querySelector(".draft-offer")) return;
  const words = names.map((one) => `“${formOf(one).dataset.draftLabel}”`).join("、");
  const note = document.createElement("div");
  note.className = "note note-soon draft-offer";
  note.setAttribute("role", "status");
  note.append(`${word("{said} 有一份没有提交的草稿：", { said: found.said })}${words} `);
  note.append(button(word("接着填"), () => put(found.cells), note), " ");
  note.append(button(word("丢弃"), () => {
    cells = new Map();
    post(kind, new URLSearchParams({ drop: "1" }));
  }, note));
  place.prepend(note);
}

function button(words, act, note) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = words;
  made.addEventListener("click", () => {
    note.remove();
    act();
  });
  return made;
}

async function begin() {
  const place = document.querySelector("[data-drafts]");
  if (!place || document.querySelector("[data-refused]")) return;
  const kind = place.dataset.drafts;
  const left = sessionStorage.getItem(LEFT + kind);
  sessionStorage.removeItem(LEFT + kind);
  if (left) await new Promise((done) => setTimeout(done, AGAIN));
  else if (!("drafted" in place.dataset)) return;
  const found = await load(kind);
  if (!found) return;
  for (const [key, value] of Object.entries(found.cells)) if (!cells.has(key)) cells.set(key, value);
  offer(kind, found);
}

document.addEventListener("input", touch);
document.addEventListener("change", touch);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-draft-step]")) return;
  touched.delete(event.target);
  clearTimeout(timer);
  timer = 0;
  running?.abort();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "main") return;
  cells = new Map();
  const again = document.querySelector("[data-refused] ~ form[data-draft-step]");
  if (again) touch({ target: again });
  else begin().catch(() => {});
});
for (const when of ["townops:save-drafts", "townops:signed-in"]) document.addEventListener(when, () => keep({ "X-Poll": "1" }));
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401 && detail.elt.matches("form[data-draft-step]")) touched.add(detail.elt);
});
window.addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.hidden && leave());
begin().catch(() => {});
