// The panel beside the border editor: words of the chosen area, each saved when it is changed, and the list of defects,
// of which only what is in view is drawn, so that thousands cost nothing.

import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const HIGH = 76, SPARE = 4;
const plain = (name, given, text) => element(name, { ...given, translate: false, lang: "zh-Hans" }, text);

function field(label, input) {
  const id = `border-${label.length}-${input.name}`;
  input.id = id;
  return element("div", { className: "field" }, element("label", { htmlFor: id }, label), input);
}

function choice(name, options, value) {
  const made = element("select", { className: "in", name });
  for (const [code, text] of options) made.append(element("option", { value: code, selected: code === value }, text));
  return made;
}

// Words of one area; `change` is told the words that were changed.
export function words(host, one, setup, change, drop) {
  const { code, kind, name, parent, block_type, detached, managed } = one.properties;
  const above = { grid: "town", village: "grid", block: "village" }[kind];
  const form = element("form", { className: "border-words" });
  const input = (id, value, most) => element("input", { className: "in", name: id, value, maxLength: most, required: true, autocomplete: "off" });
  form.append(element("h2", {}, element("span", { className: "tag" }, setup.levels[kind]), " ", plain("span", { className: "mono" }, code)));
  form.append(field(word("名称"), input("name", name, 80)), field(word("编码"), input("new_code", code, 32)));
  if (kind === "block") form.append(field(word("类型"), choice("block_type", Object.entries(setup.types), block_type)));
  if (above) {
    const uppers = setup.parents.filter((upper) => upper[2] === above || upper[0] === parent);
    const list = choice("parent", uppers.map(([upper, called]) => [upper, `${upper} ${called}`]), parent);
    list.translate = false;
    form.append(field(word("上级"), list));
  }
  const ticks = element("div", { className: "field pick" });
  for (const [id, text, on] of [["detached_allowed", word("允许插花地"), detached], ["directly_managed", word("直管区"), managed]]) {
    if (id === "directly_managed" && kind === "town") continue;
    ticks.append(element("label", {}, element("input", { type: "checkbox", name: id, checked: on }), ` ${text}`));
  }
  form.append(ticks);
  if (kind === "block" || (kind === "village" && managed)) {
    const button = element("button", { type: "button", className: "btn" }, word("删除这块"));
    button.addEventListener("click", drop);
    form.append(button, element("p", { className: "hint" }, word("删除后这块地空缺，要再划给别人；并入邻居请用“合并”。")));
  }
  form.addEventListener("change", ({ target }) => {
    if (target.type !== "checkbox" && !target.reportValidity()) return;
    change({ [target.name]: target.type === "checkbox" ? target.checked : target.value.trim() });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  host.replaceChildren(form);
}

export function faults(host, setup, act) {
  let all = [], shown = [], chosen = "", fresh = [];
  const filters = { type: "", severity: "", level: "" };
  const bar = element("div", { className: "border-filter" });
  const any = { type: word("全部类型"), severity: word("严重和轻微"), level: word("全部层级") };
  const known = { type: setup.types_of_defect, severity: setup.severities, level: setup.levels };
  for (const name of Object.keys(filters)) {
    const list = choice(name, [["", any[name]], ...Object.entries(known[name])], "");
    list.setAttribute("aria-label", any[name]);
    list.addEventListener("change", () => {
      filters[name] = list.value;
      sift();
    });
    bar.append(list);
  }
  const uppers = choice("within", [["", word("全镇")], ...setup.parents.filter((one) => one[2] !== "town").map(([code, called]) => [code, `${code} ${called}`])], "");
  uppers.translate = false;
  uppers.setAttribute("aria-label", word("责任网格或居村"));
  uppers.addEventListener("change", () => sift());
  bar.append(uppers);
  const safe = element("button", { type: "button", className: "btn btn-act" }, "");
  safe.addEventListener("click", () => act.mend(null));
  const caused = element("div", { role: "status" });
  const count = element("p", { className: "muted" });
  const inside = element("div", { className: "border-long" });
  const scroll = element("div", { className: "border-scroll", tabIndex: 0, role: "list" }, inside);
  scroll.setAttribute("aria-label", word("缺陷"));
  host.append(caused, bar, element("div", { className: "border-do" }, safe, count), scroll);

  const size = (one) => (one.m2 ? word("{m2} 平方米", { m2: one.m2 }) : word("{m} 米", { m: one.m }));
  function row(one, place) {
    const open = element("button", { type: "button", className: "border-fault" },
      element("span", { className: one.severity === "serious" ? "tag tag-soon" : "tag" }, setup.severities[one.severity]), " ", element("b", {}, one.label), " ", element("span", { className: "muted" }, `${one.detail} ${size(one)}`),
      element("br"), plain("span", { className: "mono" }, one.codes.join("、")), " ", element("span", { className: "muted" }, one.said));
    open.addEventListener("click", () => {
      chosen = one.key;
      act.go(one);
      draw();
    });
    const mend = element("button", { type: "button", className: "btn btn-small" }, word("修复"));
    mend.addEventListener("click", () => act.mend(one.key));
    const made = element("div", { className: one.key === chosen ? "border-line border-line-on" : "border-line", role: "listitem" }, open, mend);
    made.setAttribute("aria-setsize", String(shown.length));
    made.setAttribute("aria-posinset", String(place + 1));
    return made;
  }
  function draw() {
    const first = Math.max(0, Math.floor(scroll.scrollTop / HIGH) - SPARE);
    const last = Math.min(shown.length, Math.ceil((scroll.scrollTop + (scroll.clientHeight || 600)) / HIGH) + SPARE);
    inside.style.height = `${shown.length * HIGH}px`;
    inside.replaceChildren(...shown.slice(first, last).map((one, place) => {
      const made = row(one, first + place);
      made.style.top = `${(first + place) * HIGH}px`;
      return made;
    }));
  }
  function sift() {
    shown = all.filter((one) => !uppers.value || one.within.includes(uppers.value)).filter((one) => Object.entries(filters).every(([name, value]) => !value || one[name] === value));
    const slight = all.filter((one) => one.safe).length;
    safe.textContent = word("修复全部轻微的（{count}）", { count: slight });
    safe.disabled = !slight;
    count.textContent = all.length ? word("{shown} 处，共 {all} 处", { shown: shown.length, all: all.length }) : word("没有缺陷，可以检查并发布。");
    draw();
    act.shown(shown, chosen);
  }
  scroll.addEventListener("scroll", () => requestAnimationFrame(draw));
  return {
    put(found) {
      all = found;
      if (!all.some((one) => one.key === chosen)) chosen = "";
      sift();
    },
    // What the last operation left wrong where it touched.
    caused(found) {
      fresh = found;
      caused.className = fresh.length ? "note note-late" : "";
      caused.replaceChildren(...(fresh.length ? [word("这一步之后，附近有 {count} 处缺陷", { count: fresh.length })] : []));
    },
    choose(key) {
      chosen = key;
      const place = shown.findIndex((one) => one.key === key);
      if (place >= 0) scroll.scrollTop = place * HIGH;
      draw();
    },
    redraw: draw,
  };
}
