// The border editor: one draft, its map, its tools and its panel. Every operation is saved when it is made.

import { Draft } from "./townmap-border-net.js";
import { bringer, collection, feature, handles, opened, painter, point } from "./townmap-border-map.js";
import { box, fixed, rings, same } from "./townmap-border-shapes.js";
import { faults, words } from "./townmap-border-side.js";
import { bordering, dragger, drawing, merging, splitting } from "./townmap-border-tools.js";
import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const STARTS = { split: splitting, draw: drawing, merge: merging, border: bordering };
const KEYS = { v: "select", b: "border", s: "split", m: "merge", d: "draw" };
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const NUDGE = 2, FLASH = 6000, AFTER = 1200;
const page = document.querySelector("[data-border-draft]");
const find = (name) => page.querySelector(`[data-${name}]`);

class Desk {
  constructor(setup, map, draft) {
    Object.assign(this, { setup, map, draft, tool: "select", hand: null, chosen: null, level: "block", marked: null });
    this.paint = painter(map, draft);
    this.bring = bringer(map, draft);
    this.said = element("output", { className: "map-said" });
    this.keysOf = element("span", { className: "map-drawing", hidden: true });
    for (const [name, text] of [["middle", word("在中心加点")], ["back", word("撤一点")], ["finish", word("完成")]]) {
      const button = element("button", { type: "button", className: "btn" }, text);
      button.addEventListener("click", () => this.hand?.[name]?.());
      this.keysOf.append(button);
    }
    this.cross = element("span", { className: "map-cross", hidden: true, "aria-hidden": "true" });
    find("map").append(element("div", { className: "map-bar" }, this.said, this.keysOf), this.cross);
    this.drag = dragger(this);
    this.list = faults(find("defects"), setup, {
      go: (one) => this.show(one), mend: (key) => this.mend(key), shown: (all, chosen) => this.spots(all, chosen),
    });
  }

  area() { return this.chosen ? this.draft.features.get(this.chosen) || null : null; }
  // What is declared of an area that is drawn: only ground nobody has, in parts, directly managed without blocks.
  ticks() {
    const on = (name) => find(name).checked && !find(name).closest("label").hidden;
    return { fill: on("fill"), detached_allowed: on("apart"), directly_managed: on("empty"), empty: on("empty") };
  }
  parents() {
    const loaded = [...this.draft.features.values()].map((one) => one.properties).filter((one) => one.kind !== "block");
    return [...new Map([...this.setup.parents, ...loaded.map((one) => [one.code, one.name, one.kind])].map((one) => [one[0], one])).values()];
  }
  say(text, bad = false) {
    this.said.textContent = text;
    this.said.classList.toggle("map-said-bad", bad);
  }
  sketch(features) { this.map.getSource("sketch").setData(collection(features)); }
  keep(points) { this.draft.keep({ sketch: points?.length ? { tool: this.tool, level: this.level, code: this.chosen, points } : null }); }
  mark(at) {
    this.marked = at ? JSON.stringify(at) : null;
    this.dress();
  }

  async send(operation) {
    return this.draft.send(find("lock").checked ? operation : { ...operation, unlock: true });
  }

  async code(parent, kind) {
    const [status, found] = await this.draft.json(`/code?parent=${encodeURIComponent(parent)}&kind=${kind}`);
    if (status !== 200) this.say(found.said, true);
    return status === 200 ? found.code : null;
  }

  under(at, kind = this.level) {
    return this.map.queryRenderedFeatures(at, { layers: [`${kind}-fill`] })[0]?.properties.code || null;
  }

  async choose(code) {
    this.chosen = code;
    this.marked = null;
    const one = this.area();
    if (one && !one.properties.exact) await this.whole(one);
    this.dress();
    this.panel();
  }

  async whole(one) {
    const around = box(one.geometry), bounds = this.map.getBounds();
    const seen = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const both = [Math.max(around[0], seen[0]), Math.max(around[1], seen[1]), Math.min(around[2], seen[2]), Math.min(around[3], seen[3])];
    await this.draft.load(both[0] < both[2] && both[1] < both[3] ? both : around, this.map.getZoom(), true);
  }

  dress() {
    const one = this.area();
    this.map.getSource("chosen").setData(collection(one ? [one] : []));
    handles(this.map, one, this.marked);
  }

  panel() {
    const one = this.area();
    find("hint").hidden = Boolean(one);
    const host = find("area");
    host.querySelector("form")?.remove();
    if (!one) return;
    const made = host.querySelector("[data-form]") || host.appendChild(element("div", { "data-form": "" }));
    words(made, one, { ...this.setup, parents: this.parents() }, (said) => this.reword(said), () => this.send({ do: "remove", code: this.chosen }).then((done) => done && this.choose(null)));
  }

  async reword(said) {
    const code = this.chosen, done = await this.send({ do: "words", code, ...said });
    if (!done) this.panel();
    else if (said.new_code) this.choose(said.new_code);
  }

  use(name) {
    this.hand?.stop();
    this.hand = null;
    this.drag.cancel();
    this.tool = name;
    this.say("");
    const start = STARTS[name];
    if (start) this.hand = start(this);
    if (start && !this.hand) this.tool = "select";
    for (const button of page.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === this.tool));
    const draws = Boolean(this.hand?.finish);
    this.keysOf.hidden = this.cross.hidden = !draws;
    for (const tick of page.querySelectorAll("[data-for]")) tick.hidden = this.tool !== "draw" || !tick.dataset.for.split(" ").includes(this.level);
    this.map.getCanvas().style.cursor = this.hand ? "crosshair" : "";
  }

  // Defects: their spots on the map, one shown whole, one or all slight ones mended.
  spots(all, chosen) {
    this.map.getSource("defects").setData(collection(all.map((one) => point([(one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2], { key: one.key, severity: one.severity, chosen: one.key === chosen }))));
  }

  async show(one) {
    const [west, south, east, north] = one.box;
    this.map.fitBounds([[west, south], [east, north]], { padding: 120, maxZoom: 19, animate: false });
    const [status, found] = await this.draft.json(`/defects/${one.key}`);
    this.map.getSource("fault").setData(collection(status === 200 && found.shape ? [feature(found.shape)] : []));
    await this.bring();
    if (this.draft.features.has(one.codes[0])) await this.choose(one.codes[0]);
  }

  async mend(key) {
    await this.draft.mend(key);
  }

  async check(anew = "") {
    const [status, found] = await this.draft.json(`/defects?all=1${anew}`);
    if (status !== 200) return;
    this.list.put(found.defects);
    find("count").textContent = String(found.defects.length);
    page.dataset.defects = String(found.defects.length);
    if (!found.defects.length) this.map.getSource("fault").setData(collection([]));
  }

  soon() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), AFTER);
  }

  flash(codes) {
    const seen = [...codes].map((code) => this.draft.features.get(code)).filter((one) => one && (one.properties.kind === "block" || one.properties.exact));
    const finest = seen.some((one) => one.properties.kind === "block") ? seen.filter((one) => one.properties.kind === "block") : seen;
    this.map.getSource("news").setData(collection(finest));
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => this.map.getSource("news").setData(collection([])), FLASH);
  }

  // A point of the chosen border by keyboard: the next one, a step aside, away.
  step(by) {
    const all = this.area() ? rings(this.area().geometry).flat() : [];
    if (!all.length) return;
    const at = all.findIndex((one) => JSON.stringify(one) === this.marked);
    this.mark(all[at < 0 ? 0 : (at + by + all.length) % all.length]);
    const here = JSON.parse(this.marked);
    if (!this.map.getBounds().contains(here)) this.map.jumpTo({ center: here });
  }

  async nudge([right, down]) {
    const at = JSON.parse(this.marked), pixel = this.map.project(at);
    const { lng, lat } = this.map.unproject([pixel.x + right * NUDGE, pixel.y + down * NUDGE]), to = fixed([lng, lat]);
    if (!same(at, to) && (await this.send({ do: "move_vertex", at, to }))) this.mark(to);
  }

  async away() {
    if (this.marked && (await this.send({ do: "remove_vertex", at: JSON.parse(this.marked) }))) this.mark(null);
  }
}

function listen(desk) {
  const { map, draft } = desk;
  map.on("click", (event) => {
    if (desk.hand) return void desk.hand.click(event);
    const [spot] = map.queryRenderedFeatures(event.point, { layers: ["defects"] });
    if (spot) {
      tab("defects");
      desk.list.choose(spot.properties.key);
    }
    if (map.queryRenderedFeatures(event.point, { layers: ["handles", "middles"] }).length) return;
    if (desk.level === "block" && map.getZoom() < desk.setup.blocks_from) map.jumpTo({ center: event.lngLat, zoom: desk.setup.blocks_from + 1 });
    else desk.choose(desk.under(event.point));
  });
  map.on("dblclick", () => desk.hand?.double?.());
  map.on("mousemove", (event) => desk.hand?.move(event));
  map.on("moveend", () => desk.bring().then(() => desk.dress()));
  draft.addEventListener("drawn", () => {
    desk.paint();
    if (desk.chosen && !desk.area()) desk.choose(null);
    desk.dress();
  });
  draft.addEventListener("saving", () => { find("saved").textContent = word("正在保存…"); });
  draft.addEventListener("edited", ({ detail }) => {
    find("saved").textContent = word("已保存");
    desk.say("");
    desk.list.caused(detail.defects);
    if (detail.defects.length) desk.say(word("已保存；这一步之后附近有 {count} 处缺陷，见“缺陷”", { count: detail.defects.length }), true);
    if (detail.codes.has(desk.chosen)) desk.panel();
    desk.soon();
  });
  draft.addEventListener("refused", () => {
    find("saved").textContent = word("没有保存");
    desk.dress();
  });
  draft.addEventListener("said", ({ detail }) => desk.say(detail.text, detail.bad));
  draft.addEventListener("mended", () => {
    find("saved").textContent = word("已保存");
    desk.check();
  });
  draft.addEventListener("here", ({ detail }) => {
    find("here").textContent = detail.names.length ? word("同时在改：{names}", { names: detail.names.join("、") }) : "";
  });
  draft.addEventListener("news", ({ detail }) => {
    const what = word("{names}改了 {count} 个区域，已更新到图上", { names: detail.by.join("、") || word("别人"), count: detail.codes.size });
    desk.say(detail.stale ? `${desk.said.textContent} ${what}` : what, detail.stale);
    desk.flash(detail.codes);
    if (detail.codes.has(desk.chosen)) desk.panel();
    desk.soon();
  });
}

function tab(name) {
  for (const one of ["area", "defects"]) {
    const button = document.getElementById(`tab-${one}`), on = one === name;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    document.getElementById(`side-${one}`).hidden = !on;
  }
}

function leveled(desk, level) {
  desk.level = level;
  for (const one of page.querySelectorAll("[data-level]")) one.setAttribute("aria-pressed", String(one.dataset.level === level));
}

function buttons(desk) {
  for (const button of page.querySelectorAll("[data-tool]")) button.addEventListener("click", () => desk.use(button.dataset.tool));
  for (const button of page.querySelectorAll("[data-do]")) button.addEventListener("click", () => desk.send({ do: button.dataset.do }));
  for (const button of page.querySelectorAll("[data-level]"))
    button.addEventListener("click", () => {
      leveled(desk, button.dataset.level);
      desk.use("select");
    });
  const tabs = find("tabs");
  tabs.addEventListener("click", ({ target }) => {
    const name = target.closest("[role=tab]")?.id.replace("tab-", "");
    if (name) tab(name);
    desk.list.redraw();
  });
  tabs.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = tabs.querySelector("[aria-selected=false]");
    other.click();
    other.focus();
  });
  for (const name of ["tabs", "tools", "hint"]) find(name).hidden = false;
  desk.map.resize();
  document.querySelector("#keys .keys")?.append(find("keys-more").content.cloneNode(true));
}

const undoes = (event) => (event.key.toLowerCase() === "z" ? (event.shiftKey ? "redo" : "undo") : event.key.toLowerCase() === "y" ? "redo" : null);

function keys(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const done = pressed(desk, event);
    if (!done) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}

function pressed(desk, event) {
  if (event.ctrlKey || event.metaKey) {
    const act = undoes(event);
    if (act) desk.send({ do: act });
    return Boolean(act);
  }
  if (event.altKey) return false;
  const onControl = event.target.closest("button, a, [role=tab], input");
  if (event.key === "Escape") return escape(desk);
  if (event.key === "Enter" && !onControl && desk.hand?.finish) return desk.hand.finish() || true;
  if (event.key === "Backspace" && desk.hand?.back) return desk.hand.back() || true;
  if (event.key === "Delete" && desk.marked) return desk.away() || true;
  if (event.key === "[" || event.key === "]") return desk.step(event.key === "]" ? 1 : -1) || true;
  if (desk.marked && ARROWS[event.key] && !onControl) return desk.nudge(ARROWS[event.key]) || true;
  if (KEYS[event.key.toLowerCase()]) return desk.use(KEYS[event.key.toLowerCase()]) || true;
  return false;
}

function escape(desk) {
  if (desk.drag.busy) desk.drag.cancel();
  else if (desk.hand) desk.use("select");
  else if (desk.marked) desk.mark(null);
  else desk.choose(null);
  return true;
}

function finder(desk) {
  const form = find("find"), list = find("found");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = form.q.value.trim();
    if (!asked) return;
    const answer = await fetch(`${location.pathname}?q=${encodeURIComponent(asked)}`);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-found]");
    list.replaceChildren(...found.children);
  });
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const code = link.querySelector(".mono").textContent;
    await desk.go(code);
  });
}

Desk.prototype.go = async function go(code) {
  if (!this.draft.features.has(code)) await this.draft.load(this.setup.box, 15, false);
  const one = this.draft.features.get(code);
  if (!one) return;
  const [west, south, east, north] = box(one.geometry);
  this.map.fitBounds([[west, south], [east, north]], { padding: 80, maxZoom: 18, animate: false });
  await this.bring(true);
  await this.choose(code);
};

async function restored(desk) {
  const kept = desk.draft.kept().sketch;
  if (!kept || !STARTS[kept.tool]) return;
  if (kept.code) await desk.go(kept.code);
  if (kept.level) leveled(desk, kept.level);
  desk.use(kept.tool);
  if (!desk.hand?.restore) return;
  desk.hand.restore(kept.points);
  desk.say(word("上次画到一半的还在，可以接着画；Esc 放弃"));
}

// Words of codes stand in the page, where they are said in its language.
function choices() {
  const lists = [...find("choices").content.querySelectorAll("select")];
  return Object.fromEntries(lists.map((list) => [list.dataset.choice, Object.fromEntries([...list.options].map((one) => [one.value, one.text]))]));
}

async function start() {
  const setup = { ...JSON.parse(page.dataset.setup), ...choices() };
  const draft = new Draft(setup);
  draft.setup = setup;
  const map = await opened(find("map"), setup);
  const desk = new Desk(setup, map, draft);
  listen(desk);
  buttons(desk);
  keys(desk);
  finder(desk);
  await desk.bring();
  await draft.resume();
  await restored(desk);
  draft.look().catch(() => null);
  draft.watch();
  await desk.check("&anew=1");
  map.once("idle", () => { page.dataset.drawn = "1"; });
  map.triggerRepaint();
  page.border = desk;
}

start().catch((error) => {
  console.warn(error);
  find("map").append(element("p", { className: "nothing" }, word("地图没有画出来：浏览器不支持或网络中断。列表和表单可以照常使用。")));
});
