// What is offered beside a form is one stop of the Tab key, however much of it there is: the arrow keys go on inside, Enter
// takes. Without script every one of them is a stop.

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

const stops = (group) => [...group.querySelectorAll("a[href], button:not([disabled])")];

// The first that can be taken is the stop; what only leads elsewhere is one arrow away.
function settle(group) {
  const all = stops(group), first = all.find((one) => one.dataset.put) ?? all[0];
  for (const one of all) one.tabIndex = one === first ? 0 : -1;
}

export function settleAll(inside = document) {
  for (const group of inside.querySelectorAll("[data-roving]")) settle(group);
}

// Into a group from the field above it.
export function enter(group) {
  const first = group && stops(group).find((one) => one.tabIndex === 0);
  first?.focus();
  return Boolean(first);
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key], group = event.target.closest("[data-roving]");
  if (!step || !group || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const all = stops(group), next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

// What is offered is asked for again while one types or moves in it: whoever stands on an offer goes on standing on it.
let held = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  const inside = event.target.contains(at) && at.closest("[data-roving]");
  held = inside ? { id: event.target.id, put: at.dataset.put, value: at.dataset.value } : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  settleAll(event.target.parentElement ?? document);
  if (!held || event.target.id !== held.id) return;
  const all = stops(document.getElementById(held.id));
  const again = all.find((one) => one.dataset.put === held.put && one.dataset.value === held.value) ?? all.find((one) => one.tabIndex === 0);
  held = null;
  if (!again) return;
  for (const one of all) one.tabIndex = one === again ? 0 : -1;
  again.focus();
});
settleAll();
