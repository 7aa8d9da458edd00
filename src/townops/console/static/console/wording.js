// A wording chosen is written into its text at once; without this file the button beside it does it.

function ready(root) {
  for (const select of root.querySelectorAll("select[data-fills]")) {
    select.nextElementSibling?.remove(); // else Enter in a line of the form would press it instead of sending
  }
}

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-fills]");
  const text = select && select.selectedOptions[0].dataset.text;
  const area = text && document.getElementById(select.dataset.fills);
  if (!area) return;
  const before = area.value.trimEnd();
  area.value = before ? `${before}\n${text}` : text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  select.value = "";
  area.focus();
  const gap = area.value.indexOf("＿");
  if (gap >= 0) area.setSelectionRange(gap, gap + 3);
});

document.addEventListener("htmx:afterSettle", () => ready(document));
ready(document);
