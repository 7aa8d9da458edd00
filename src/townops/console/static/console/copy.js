// A ready text is copied by the button beside it; without this file it is selected by hand.

import { word } from "./words.js";

// Office networks without HTTPS have no clipboard of their own: there the text is selected and copied the old way.
async function copy(id) {
  const text = document.getElementById(id);
  let done = false;
  if (navigator.clipboard && window.isSecureContext)
    done = await navigator.clipboard.writeText(text.value).then(() => true, () => false);
  if (!done) {
    text.select();
    done = document.execCommand("copy");
  }
  const said = document.querySelector(`[data-copied="${CSS.escape(id)}"]`);
  if (said) said.textContent = done ? word("已复制") : word("请按 Ctrl+C 复制");
}

document.addEventListener("click", (event) => {
  const copied = event.target.closest("[data-copy]");
  if (copied) copy(copied.dataset.copy);
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
