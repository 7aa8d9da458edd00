// The tools of the border editor. A tool hears clicks and keys while it is in hand; what it makes is one operation.

import { fixed, holds, rings, run, same, snapper } from "./townmap-border-shapes.js";
import { collection, line, point } from "./townmap-border-map.js";
import { word } from "./words.js";

const REACH = 8;

// Dragging a point of the chosen area, or a middle of an edge, which becomes a point.
export function dragger(desk) {
  const { map, draft } = desk;
  let held = null;
  const begin = (event) => {
    const hit = map.queryRenderedFeatures([[event.point.x - REACH, event.point.y - REACH], [event.point.x + REACH, event.point.y + REACH]], { layers: ["handles", "middles"] });
    if (desk.tool !== "select" || !hit.length || (event.originalEvent.button ?? 0) !== 0) return;
    event.preventDefault();
    const told = (hit.find((one) => !one.properties.middle) || hit[0]).properties;
    const at = told.middle ? null : JSON.parse(told.at);
    held = { ...told, at, from: event.point, moved: false, snap: snapper(map, draft.features.values(), at), to: null };
    if (at) held.beside = beside(desk.area()?.geometry, at);
    else held.beside = [JSON.parse(told.one), JSON.parse(told.other)];
    map.dragPan.disable();
  };
  const follow = (event) => {
    if (!held) return;
    if (!held.moved && Math.hypot(event.point.x - held.from.x, event.point.y - held.from.y) < 3) return;
    held.moved = true;
    const found = event.originalEvent.altKey ? null : held.snap(event.point);
    held.to = found ? found.point : fixed([event.lngLat.lng, event.lngLat.lat]);
    map.getSource("sketch").setData(collection([line([held.beside[0], held.to, held.beside[1]]), point(held.to, { kind: found?.kind || "" })]));
  };
  const drop = () => {
    if (!held) return;
    const { moved, at, to, one, other } = held;
    held = null;
    map.dragPan.enable();
    desk.sketch([]);
    if (!moved) {
      if (at) desk.mark(at);
      return;
    }
    if (at) desk.send({ do: "move_vertex", at, to });
    else desk.send({ do: "insert_vertex", one: JSON.parse(one), other: JSON.parse(other), at: to });
  };
  map.on("mousedown", begin);
  map.on("touchstart", begin);
  map.on("mousemove", follow);
  map.on("touchmove", follow);
  document.addEventListener("mouseup", drop); // wherever it is let go
  document.addEventListener("touchend", drop);
  return { cancel() { held = null; map.dragPan.enable(); desk.sketch([]); }, get busy() { return Boolean(held); } };
}

function beside(geometry, at) {
  for (const ring of geometry ? rings(geometry) : []) {
    const place = ring.findIndex((one) => same(one, at));
    if (place >= 0) return [ring[(place + ring.length - 1) % ring.length], ring[(place + 1) % ring.length]];
  }
  return [at, at];
}

// Drawing point by point: a line that cuts, a ring, another way for a border.
export function sketcher(desk, { least, closed, first = null, last = null, hint, done }) {
  const { map, draft } = desk;
  let points = [];
  const all = (more = []) => [...(first ? [first] : []), ...points, ...more, ...(last ? [last] : [])];
  const show = (more = []) => {
    const drawn = all(more), ends = closed && drawn.length > 2 ? [...drawn, drawn[0]] : drawn;
    map.getSource("sketch").setData(collection([...(ends.length > 1 ? [line(ends)] : []), ...drawn.map((at) => point(at, { kind: "" }))]));
  };
  const tell = () => {
    desk.say(!points.length ? hint : points.length < least ? word("已有 {count} 个点，接着点", { count: points.length }) : word("已有 {count} 个点，双击或回车完成，退格撤一点，Esc 取消", { count: points.length }));
    desk.keep(points);
    show();
  };
  const place = (event) => (event.originalEvent?.altKey ? null : snapper(map, draft.features.values(), null)(event.point));
  const add = (at) => {
    if (!points.length || !same(points[points.length - 1], at)) points.push(at);
    tell();
  };
  const tool = {
    click(event) {
      if (event.originalEvent.detail > 1) return;
      add(place(event)?.point || fixed([event.lngLat.lng, event.lngLat.lat]));
    },
    move(event) {
      const found = place(event), at = found?.point || [event.lngLat.lng, event.lngLat.lat];
      if (points.length || first) show([at]);
    },
    double() { tool.finish(); },
    middle() {
      const { lng, lat } = map.getCenter();
      add(fixed([lng, lat]));
    },
    back() {
      points.pop();
      tell();
    },
    finish() {
      if (points.length < least) return;
      const made = all();
      desk.keep(null);
      desk.sketch([]);
      done(made);
    },
    restore(kept) {
      points = kept;
      tell();
    },
    stop() {
      desk.keep(null);
      desk.sketch([]);
    },
  };
  tell();
  return tool;
}

export function splitting(desk) {
  const chosen = desk.area();
  if (!chosen) return refuse(desk, word("请先选中要切开的区域"));
  return sketcher(desk, {
    least: 2, closed: false, hint: word("从边界外开始，画一条线穿过“{name}”到另一侧", { name: chosen.properties.name }),
    async done(points) {
      const { code, name, parent, kind } = chosen.properties;
      const fresh = await desk.code(parent, kind);
      if (!fresh) return;
      const done = await desk.send({ do: "split", code, line: points, new_code: fresh, name: `${name}2`.slice(0, 80) });
      desk.use("select");
      if (done) desk.choose(fresh);
    },
  });
}

// What is drawn on each level: below which level it hangs, how it is called first, what is said before.
const DRAWN = {
  block: { above: "village", name: () => word("新责任块"), hint: () => word("逐点画出新责任块；压到的地从原来的块里划出来，不会越过居村边界"), none: () => word("这里不在任何居村之内") },
  village: { above: "grid", name: () => word("新居村"), hint: () => word("逐点画出新居村；里面的责任块跟着划过来，压线的切成两块"), none: () => word("这里不在任何责任网格之内") },
  grid: { above: "town", name: () => word("新责任网格"), hint: () => word("逐点画出新责任网格；里面的居村和责任块跟着划过来，压线的切成两块"), none: () => word("这里不在本镇之内") },
};

export function drawing(desk) {
  const kind = desk.level, told = DRAWN[kind];
  if (!told) return refuse(desk, word("街镇请用“导入测绘文件”"));
  return sketcher(desk, {
    least: 3, closed: true, hint: told.hint(),
    async done(points) {
      const middle = [0, 1].map((axis) => points.reduce((sum, at) => sum + at[axis], 0) / points.length);
      const uppers = [...draft(desk, told.above)].filter((one) => points.concat([middle]).some((at) => holds(one.geometry, at)));
      const upper = uppers.find((one) => holds(one.geometry, middle)) || uppers[0];
      if (!upper) return desk.say(told.none(), true);
      const parent = upper.properties.code, code = await desk.code(parent, kind);
      if (!code) return;
      const made = { do: "draw", kind, code, parent, ring: points, name: told.name(), block_type: kind === "block" ? "other" : "", ...desk.ticks() };
      const done = await desk.send(made);
      desk.use("select");
      if (done) desk.choose(code);
    },
  });
}

const draft = (desk, kind) => [...desk.draft.features.values()].filter((one) => one.properties.kind === kind);

export function merging(desk) {
  const chosen = desk.area();
  if (!chosen) return refuse(desk, word("请先选中要保留的区域"));
  const { code, name, kind } = chosen.properties;
  desk.say(word("点相邻的区域，把它并入“{name}”；Esc 取消", { name }));
  return {
    async click(event) {
      const other = desk.under(event.point, kind);
      if (!other || other === code) return;
      await desk.send({ do: "merge", codes: [code, other], into: code });
      desk.use("select");
      desk.choose(code);
    },
    move() {}, stop() {},
  };
}

// Two points of the chosen border, then another way between them.
export function bordering(desk) {
  const chosen = desk.area();
  if (!chosen) return refuse(desk, word("请先选中边界要改的区域"));
  let from = null, inner = null;
  desk.say(word("点这段边界的起点（选中区域的圆点）"));
  const nearest = (event) => {
    const [hit] = desk.map.queryRenderedFeatures([[event.point.x - REACH, event.point.y - REACH], [event.point.x + REACH, event.point.y + REACH]], { layers: ["handles"] });
    return hit ? JSON.parse(hit.properties.at) : null;
  };
  const tool = {
    click(event) {
      if (inner) return inner.click(event);
      const at = nearest(event);
      if (!at) return undefined;
      if (!from) {
        from = at;
        desk.mark(at);
        return desk.say(word("点这段边界的终点"));
      }
      const old = run(chosen.geometry, from, at);
      if (!old) return undefined;
      desk.mark(null);
      inner = sketcher(desk, {
        least: 0, closed: false, first: from, last: at, hint: word("沿新的走向逐点点击，双击或回车完成；直接回车拉直"),
        done: (points) => desk.send({ do: "move_border", old, new: points }).then(() => desk.use("select")),
      });
      return undefined;
    },
    move(event) { inner?.move(event); },
    double() { inner?.finish(); },
    middle() { inner?.middle(); },
    back() { inner?.back(); },
    finish() { inner?.finish(); },
    stop() { inner?.stop(); desk.mark(null); },
  };
  return tool;
}

function refuse(desk, text) {
  desk.say(text, true);
  return null;
}
