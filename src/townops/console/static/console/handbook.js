// What is folded on the screen is printed too.
const folded = () => document.querySelectorAll("details[data-printed]:not([open])");

addEventListener("beforeprint", () => {
  for (const one of folded()) {
    one.open = true;
    one.dataset.opened = "";
  }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("details[data-opened]")) {
    one.open = false;
    delete one.dataset.opened;
  }
});
