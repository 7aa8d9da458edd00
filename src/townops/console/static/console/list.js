// The list: ticks are counted, all of a page ticked at once, Enter is the button beside its field, the place is kept.
// Comfort only.

import { word } from "./words.js";

const KEPT = "list.place";
const ticks = () => [...document.querySelectorAll("[data-tick]")];

function count() {
  const chosen = ticks().filter((one) => one.checked).length;
  const said = document.querySelector("[data-ticked]");
  if (said) said.textContent = chosen ? word("已选 {chosen} 件", { chosen }) : "";
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === ticks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  const details = document.querySelector("#bulk details");
  if (details && chosen) details.open = true;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const one of ticks()) one.checked = event.target.checked;
  if (event.target.matches("[data-tick], [data-tick-all]")) count();
});

// In a field for many, Enter is the button beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
  const field = event.target.closest(".bulk-steps input");
  if (!field) return;
  event.preventDefault();
  event.stopPropagation();
  field.closest(".inline").querySelector("button").click();
}, true);

// A list that came back as the answer of a form is the list of its own address again.
const back = document.querySelector("#found[data-back]");
if (back) history.replaceState(history.state, "", back.dataset.back);

// One menu at a time; a click elsewhere or Escape closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

// Coming back from an order, its row is shown and marked.
document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows [data-row]");
  if (row && event.target.closest("a")) sessionStorage.setItem(KEPT, JSON.stringify({ at: location.href, row: row.dataset.row, top: scrollY }));
});

function comeBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (!kept || kept.at !== location.href) return;
  const row = document.querySelector(`#rows [data-row="${CSS.escape(kept.row)}"]`);
  if (row) row.classList.add("row-last");
  if (row && Math.abs(scrollY - kept.top) > 4) scrollTo(0, kept.top);
}

window.addEventListener("pageshow", () => {
  comeBack();
  count();
});
document.addEventListener("htmx:afterSettle", count);
document.addEventListener("townops:live", count);
