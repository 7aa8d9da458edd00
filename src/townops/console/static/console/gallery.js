// Pictures of an order, one after the other; without this file each is a plain link to its file.

import { word } from "./words.js";

let shown = [];
let at = 0;
let opener = null;

function button(word, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = word;
  made.addEventListener("click", act);
  return made;
}

const box = document.createElement("div");
box.className = "gallery";
box.setAttribute("role", "dialog");
box.setAttribute("aria-modal", "true");
box.setAttribute("aria-label", word("查看照片"));
const picture = document.createElement("img");
const line = document.createElement("div");
line.className = "line";
const said = document.createElement("span");
const shut = button(word("关闭"), close);
line.append(said, button(word("上一张"), () => turn(-1)), button(word("下一张"), () => turn(1)), shut);
box.append(line, picture);
picture.addEventListener("click", () => turn(1));

function turn(by) {
  at = (at + by + shown.length) % shown.length;
  picture.src = shown[at].href;
  picture.alt = shown[at].alt;
  said.textContent = `${at + 1} / ${shown.length}　${shown[at].alt}`;
}

function close() {
  box.remove();
  picture.removeAttribute("src");
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-gallery] a");
  if (!link || !link.querySelector("img") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const links = [...link.closest("[data-gallery]").querySelectorAll("a")].filter((one) => one.querySelector("img"));
  shown = links.map((one) => ({ href: one.href, alt: one.querySelector("img").alt }));
  at = links.indexOf(link);
  opener = link;
  document.body.append(box);
  turn(0);
  shut.focus();
});

document.addEventListener("keydown", (event) => {
  if (!box.isConnected) return;
  if (event.key === "Escape") close();
  else if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === "ArrowRight") turn(1);
  else if (event.key === "Tab") {
    const all = [...box.querySelectorAll("button")];
    const next = all.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    all[(next + all.length) % all.length].focus();
    event.preventDefault();
  } else return;
  event.stopPropagation();
});
