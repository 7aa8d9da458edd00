// Comfort only: every page works without this file.
// A form is sent once; a page left with unsent words asks first. Keys are keys.js's.

const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) dirty.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  dirty.clear();
  if (form.method !== "post" || "again" in form.dataset) return; // a file that comes back leaves the page as it is
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // A page fetched from the back-forward store must be sendable again.
  setTimeout(() => delete form.dataset.sent, 8000);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

// What was done or refused is brought into view, once, and read out.
function bring() {
  const said = document.querySelector("[data-refused]:not([data-brought]), #notes .note:not([data-brought])");
  if (!said) return;
  said.dataset.brought = "1";
  said.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:afterSettle", bring);
bring();

// After signing in again in another window the page's old token is stale: send the present one.
document.addEventListener("htmx:configRequest", (event) => {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token[1];
  if (token && event.detail.parameters.has?.("csrfmiddlewaretoken"))
    event.detail.parameters.set("csrfmiddlewaretoken", token[1]);
});
document.addEventListener("htmx:afterRequest", (event) => delete event.detail.elt.dataset?.sent);
