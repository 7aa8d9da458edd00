// Regions with an id and data-live follow what others do: one small question every few seconds, the page only when
// something happened. A region in which somebody types waits until he is done; others at the same order are told that he types.

const EVERY = 4000;
const FIELDS = "input, select, textarea, [contenteditable]";
const seen = new Map();
let tag = "";
let cursor = "";
let stale = false;
let over = false;

function regions() {
  return [...document.querySelectorAll("[data-live][id]")];
}

function plain(html) {
  return html.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
}

function changed(field) {
  if (field.type === "hidden" || field.type === "submit" || field.type === "button") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected && one.value);
  return field.value !== field.defaultValue;
}

function busy(region) {
  const at = document.activeElement;
  if (region.contains(at) && at.matches(FIELDS)) return true;
  return [...region.querySelectorAll("form input, form select, form textarea")].some(changed);
}

function replace(region, fresh) {
  const opened = [...region.querySelectorAll("details[open] > summary")].map((one) => one.textContent.trim());
  const link = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  region.replaceWith(fresh);
  for (const summary of fresh.querySelectorAll("details > summary"))
    if (opened.includes(summary.textContent.trim())) summary.parentElement.open = true;
  if (link) [...fresh.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === link)?.focus();
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new CustomEvent("townops:live", { bubbles: true }));
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Poll": "1" }, cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  stale = false;
  for (const region of regions()) {
    const fresh = page.getElementById(region.id);
    if (!fresh) continue;
    const html = plain(fresh.outerHTML);
    if (html === seen.get(region.id)) continue;
    if (busy(region)) {
      stale = true;
      continue;
    }
    seen.set(region.id, html);
    replace(region, document.adoptNode(fresh));
  }
}

function typing() {
  return [...document.querySelectorAll('main form[method="post"]')].some((form) => busy(form));
}

// Who else is at the order of this page, as the server says it.
function showHere(lines) {
  const box = document.querySelector("[data-here]");
  if (!box || !lines) return;
  box.replaceChildren(
    ...lines.map((line) => {
      const note = document.createElement("p");
      note.className = "note note-soon";
      note.textContent = line;
      return note;
    }),
  );
}

function showUnread(count) {
  const mark = document.querySelector("[data-unread]");
  if (!mark) return;
  mark.textContent = count > 99 ? "99+" : String(count);
  mark.hidden = !count;
}

function asking() {
  const order = document.querySelector("[data-here]")?.dataset.here;
  return {
    "X-Poll": "1",
    ...(tag && { "If-None-Match": tag }),
    ...(order && { "X-Order": order }),
    ...(order && typing() && { "X-Typing": "1" }),
  };
}

// Signed in again in another window: the forms of this page get the stamp of the new session.
function backIn() {
  over = false;
  const stamp = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) if (stamp) field.value = stamp;
  document.dispatchEvent(new CustomEvent("townops:signed-in"));
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/live", { headers: asking(), cache: "no-store", redirect: "manual" });
  if (answer.status === 401) {
    over = true;
    document.dispatchEvent(new CustomEvent("townops:signed-out"));
    return;
  }
  if (over) backIn();
  if (answer.status === 200) {
    tag = answer.headers.get("ETag");
    const news = await answer.json();
    stale ||= cursor !== "" && news.cursor !== cursor;
    cursor = news.cursor;
    showUnread(news.unread);
    showHere(news.here);
  }
  if (stale && regions().length) await refresh();
}

async function always() {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no network for the moment: ask again
  } finally {
    setTimeout(always, EVERY);
  }
}

for (const region of regions()) seen.set(region.id, plain(region.outerHTML));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look().catch(() => {});
});
document.addEventListener("townops:signed-out", () => (over = true)); // whoever noticed it first
always();
