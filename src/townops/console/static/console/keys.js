// Keys, so that the mouse may rest. None does anything while somebody types or an input method composes.

const FIELDS = "input, select, textarea, [contenteditable]";

function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

function find() {
  document.querySelector(".find input[type=search]")?.focus();
}

function begin() {
  document.querySelector('.rail a[href="/register"]')?.click();
}

function help() {
  document.getElementById("keys")?.showModal();
}

// On every page: where the views are not shown, the list is asked for the one of that number.
function openPin(number) {
  const shown = document.querySelector(`[data-pin="${number}"]`);
  const list = document.querySelector('.rail a[href^="/orders"]');
  if (shown) shown.click();
  else if (list && !document.getElementById("pins")) location.assign(`/orders?pin=${number}`);
}

// The row's link takes the focus, so that Enter opens it as everywhere.
function move(by) {
  const links = [...document.querySelectorAll(".rows tbody tr")]
    .map((row) => row.querySelector("a[href]"))
    .filter(Boolean);
  if (!links.length) return;
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  "?": help,
  "？": help,
  "/": find,
  n: begin,
  j: () => move(1),
  k: () => move(-1),
};

function pressed(key) {
  if (KEYS[key]) return KEYS[key];
  return /^[1-9]$/.test(key) ? () => openPin(Number(key)) : null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || composing(event)) return;
  if (event.key === "Enter" && event.ctrlKey) {
    const form = event.target.closest("form");
    const beside = event.target.closest(".bulk-steps .inline")?.querySelector("button");
    if (form && form.reportValidity()) form.requestSubmit(beside);
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  const act = pressed(event.key);
  if (!act) return;
  event.preventDefault();
  act();
});

for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", help);
}
