// Comfort of registration: what is offered beside the form is put into it, the map and the list of open orders follow
// the place, and a text is copied. The form itself works without.

import { enter } from "./roving.js";
import { word } from "./words.js";

const form = document.getElementById("registration");
const OFFERED = new Set(["class_code", "demand_type", "block", "same_as"]);
let asking = 0;
let awaited = false; // Enter was pressed before any place was offered

function field(name) {
  return form?.elements.namedItem(name) ?? null;
}

function put(name, value, stay = false) {
  const into = field(name);
  if (!into) return;
  if (!stay) into.focus(); // before what was pressed is replaced: the keyboard goes on from the field
  into.value = value;
  into.dispatchEvent(new Event("input", { bubbles: true }));
  into.dispatchEvent(new Event("change", { bubbles: true }));
  if (name === "block") document.getElementById("named-places")?.replaceChildren();
}

function show(point, orders) {
  const map = document.getElementById("pick-map");
  map?.dispatchEvent(new CustomEvent("townmap:show", { detail: { point, orders } }));
}

// A 居村 without a block: the map looks there, and waits for a click.
function lookAt(point) {
  document.getElementById("pick-map")?.dispatchEvent(new CustomEvent("townmap:look", { detail: point }));
}

function pointOf(element) {
  const { lng, lat } = element.dataset;
  return lng && lat ? { lng: Number(lng), lat: Number(lat) } : null;
}

function look() {
  clearTimeout(asking);
  asking = setTimeout(() => {
    const near = document.getElementById("near");
    if (near) window.htmx?.trigger(near, "townops:near");
  }, 200);
}

// Answers are kept in one field of the form, a line each, so that they outlive another class and a closed tab.
function answer(input) {
  const into = field("answers");
  if (!into) return;
  const lines = new Map(into.value.split("\n").filter(Boolean).map((line) => line.split("\t")));
  lines.delete(input.dataset.answer);
  if (input.value.trim()) lines.set(input.dataset.answer, input.value.trim());
  into.value = [...lines].map((pair) => pair.join("\t")).join("\n");
}

function label() {
  const parent = field("same_as")?.value.trim();
  const button = form?.querySelector("button[type=submit]");
  if (button) button.textContent = parent ? word("登记并并入") : word("登记");
}

const SINGLE = "input:not([type=checkbox]):not([type=file])";
const composing = (event) => event.isComposing || event.keyCode === 229;

// Enter never sends the form (Ctrl+Enter does): it goes on to the next field, and in the address takes the first place offered,
// or the first that comes. Arrow down goes into what is offered below the address.
function walks(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || composing(event) || !event.target.matches(SINGLE)) return;
  const address = event.target.name === "address";
  if (event.key === "ArrowDown" && address && enter(document.querySelector("#named-places [data-roving]"))) event.preventDefault();
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (address && event.target.value.trim()) awaited = !takeFirst();
  else onward(event.target);
}

function onward(from) {
  const stops = [...form.querySelectorAll("input:not([type=hidden]), textarea, select, button[type=submit]")]
    .filter((one) => one.offsetParent !== null && !one.closest("details:not([open])"));
  const next = stops[stops.indexOf(from) + 1] ?? form.querySelector("button[type=submit]");
  next.focus();
}

// Alt+1 to 3 choose a class offered, and the cursor stays where it is.
function chosen(event) {
  const digit = /^Digit([1-3])$/.exec(event.code);
  if (!digit || !event.altKey || event.ctrlKey || event.metaKey || composing(event)) return;
  const offer = document.querySelectorAll("#likely [data-put=class_code]")[digit[1] - 1];
  if (!offer) return;
  event.preventDefault();
  put("class_code", offer.dataset.value, true);
}

function takeFirst() {
  const first = document.querySelector("#named-places [data-put]");
  first?.click();
  return Boolean(first);
}

document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-put]");
  if (offer && OFFERED.has(offer.dataset.put)) put(offer.dataset.put, offer.dataset.value);
});

if (form) {
  form.addEventListener("keydown", walks);
  form.addEventListener("keydown", chosen);
  form.addEventListener("change", (event) => {
    if (["block", "lng", "lat", "crs"].includes(event.target.name)) look();
  });
  form.addEventListener("input", (event) => {
    if (event.target.name === "same_as") label();
    if (event.target.dataset.answer) answer(event.target);
  });
  document.getElementById("pick-map")?.addEventListener("townmap:placed", () => {
    const crs = field("crs");
    if (crs) crs.value = "cgcs2000"; // what the map draws in
    look();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "named-places") {
      look();
      if (awaited && document.activeElement?.name === "address") takeFirst();
      awaited = false;
    }
    if (event.target.id !== "near") return;
    const found = event.target.querySelector(".near");
    const point = found && pointOf(found);
    const orders = [...event.target.querySelectorAll("li[data-number]")].map((one) => ({
      ...pointOf(one),
      number: one.dataset.number,
      title: one.dataset.title,
      state: one.dataset.state,
    }));
    if (point && "wide" in found.dataset) lookAt(point);
    else if (point) show(point, orders);
  });
  label();
}
