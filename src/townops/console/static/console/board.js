// The dispatch board: keys, the map and the queue tell each other what is looked at. Without it the page is a list with buttons.

import { word } from "./words.js";

const host = document.querySelector("[data-board]");
const rows = () => [...document.querySelectorAll("#queue li[data-number]")];
const chosen = () => document.getElementById("proposal")?.dataset.number || "";

let last = chosen();
function shown() {
  const side = document.getElementById("proposal");
  for (const row of rows()) {
    const mine = row.dataset.number === side.dataset.number;
    row.classList.toggle("chosen", mine);
    const link = row.querySelector("a");
    if (mine) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (mine) row.scrollIntoView({ block: "nearest" });
  }
  const { number, lng, lat } = side.dataset;
  if (number === last) return;
  last = number;
  host.dispatchEvent(new CustomEvent("townmap:go", { detail: { number, lng: Number(lng || NaN), lat: Number(lat || NaN) } }));
}

function look(by) {
  const all = rows(), now = all.findIndex((row) => row.dataset.number === chosen());
  const next = all[Math.max(0, Math.min(all.length - 1, now + by))];
  if (next && next !== all[now]) next.querySelector("a").click();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "queue" || event.target.id === "proposal") shown();
});
host.addEventListener("townmap:picked", (event) => {
  const row = rows().find((one) => one.dataset.number === event.detail.number);
  if (!row) return;
  event.preventDefault();
  row.querySelector("a").click();
});
host.addEventListener("townmap:boxed", ({ detail: { box } }) => {
  const [west, south, east, north] = box;
  for (const row of rows()) {
    const lng = Number(row.dataset.lng || NaN), lat = Number(row.dataset.lat || NaN);
    row.querySelector("input").checked = lng >= west && lng <= east && lat >= south && lat <= north;
  }
  counted();
});
// Somebody else dispatched or filed: the queue is read anew, unless rows are ticked.
host.addEventListener("townmap:changed", () => {
  if (document.querySelector("#many li input:checked")) return;
  htmx.ajax("GET", `/board?order=${chosen()}`, { target: "#queue", select: "#queue", swap: "outerHTML", headers: { "X-Poll": "1" } });
});
function counted() {
  const button = document.querySelector("#many .board-head button"), count = document.querySelectorAll("#many li input:checked").length;
  if (button) button.textContent = count ? word("派遣所选 {count} 件", { count }) : word("派遣所选");
}
document.addEventListener("change", (event) => { if (event.target.closest("#many")) counted(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target.closest("input, select, textarea, button, summary, a, .map-bar")) {
    const row = event.target.closest("#queue a");
    if (!row || (event.key === "Enter" && row.getAttribute("aria-current") !== "true")) return;
  }
  if (event.key === "j" || event.key === "ArrowDown") look(1);
  else if (event.key === "k" || event.key === "ArrowUp") look(-1);
  else if (event.key === "Enter" || event.key === "a") document.querySelector("[data-accept]")?.click();
  else return;
  event.preventDefault();
});
