// A desk nobody sits at is closed by the server. Some minutes before, drafts are saved and whoever is there is asked;
// whoever typed or moved meanwhile is not asked: the server is told that he is there.

import { word } from "./words.js";

const dialog = document.getElementById("idle");
const MINUTE = 60_000;
const KEY = "townops-active"; // the last request of any tab
const whole = (Number(dialog?.dataset.minutes) || 30) * MINUTE;
const noted = MINUTE; // the server notes activity once a minute: its clock may be so much ahead of ours
const warn = Math.min(3 * MINUTE, whole / 2);
let touched = 0;
let gone = false; // signed out, in whatever window

function active() {
  localStorage.setItem(KEY, String(Date.now()));
}

function last() {
  return Number(localStorage.getItem(KEY)) || Date.now();
}

function left() {
  return last() + whole - Math.min(noted, whole / 4) - Date.now();
}

async function stay() {
  const answer = await fetch("/live", { cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") return leave();
  active();
  return undefined;
}

function show(over) {
  for (const name of ["soon", "stay"]) dialog.querySelector(`[data-idle-${name}]`).hidden = over;
  for (const name of ["over", "again"]) dialog.querySelector(`[data-idle-${name}]`).hidden = !over;
}

function ended() {
  show(true);
  if (!dialog.open) dialog.showModal();
}

function leave() {
  gone = true;
  ended();
}

function back() {
  gone = false;
  active();
  if (dialog.open) dialog.close("elsewhere");
  show(false);
}

function ask() {
  document.dispatchEvent(new CustomEvent("townops:save-drafts"));
  dialog.showModal();
}

function tick() {
  if (gone) return;
  const rest = left();
  if (rest > warn) {
    if (dialog.open) dialog.close("elsewhere"); // somebody works, or signed in again, in another window
    show(false);
    return;
  }
  if (rest <= 0) return ended();
  if (!dialog.open && touched > last()) return void stay().catch(() => {});
  if (!dialog.open) ask();
  const seconds = Math.ceil(rest / 1000);
  const words = seconds >= 60 ? word("{minutes} 分 {seconds} 秒", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }) : word("{seconds} 秒", { seconds });
  dialog.querySelector("[data-idle-left]").textContent = words;
}

if (dialog) {
  active();
  for (const name of ["keydown", "pointerdown"])
    document.addEventListener(name, () => (touched = Date.now()), { capture: true, passive: true });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.requestConfig?.headers?.["X-Poll"]) active();
  });
  dialog.querySelector("[data-idle-stay]").addEventListener("click", () => stay().catch(() => {}));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (left() > 0) {
      dialog.close();
      stay().catch(() => {});
    }
  });
  document.addEventListener("townops:signed-out", leave);
  document.addEventListener("townops:signed-in", back);
  setInterval(tick, 1000);
}
