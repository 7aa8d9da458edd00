// What the modules say, in the language of the page: the server leaves the words as data, without them it is Chinese.

const known = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export function word(chinese, blanks = {}) {
  return (known[chinese] ?? chinese).replace(/\{(\w+)\}/g, (blank, name) => blanks[name] ?? blank);
}
