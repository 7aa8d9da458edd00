// What stands over a map: legend, layers, finding a place, measuring, drawing a box.

import { sign } from "./townmap-signs.js";
import { word } from "./words.js";

export function element(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inside);
  return made;
}

export function legend(signs, only) {
  const shown = only ? only.split(",").map((place) => signs[place]) : signs;
  const lines = shown.map((one) => element("li", {},
    element("img", { src: sign(one.shape, one.colour, false, false).toDataURL(), alt: "", width: 22, height: 22 }), one.label));
  const late = element("li", {},
    element("img", { src: sign("square", "blue", true, false).toDataURL(), alt: "", width: 22, height: 22 }), word("已超时（红色标记）"));
  const many = element("li", { className: "muted" }, word("圆圈：件数，环色为状态比例"));
  return element("ul", { className: "map-legend", "aria-label": word("图例") }, ...lines, late, many);
}

export function layers(map, groups) {
  const lines = Object.entries(groups).map(([word, ids]) => {
    const tick = element("input", { type: "checkbox", checked: map.getLayoutProperty(ids[0], "visibility") !== "none" });
    tick.addEventListener("change", () => {
      for (const id of ids) map.setLayoutProperty(id, "visibility", tick.checked ? "visible" : "none");
    });
    return element("label", {}, tick, word);
  });
  return element("fieldset", { className: "map-layers" }, element("legend", { className: "visually-hidden" }, word("图层")), ...lines);
}

// An order's number, or the name of a 居村 or block.
export function finder(map, found) {
  const input = element("input", { className: "in", type: "search", placeholder: word("定位：编号、居村或地块"), autocomplete: "off" });
  input.setAttribute("aria-label", word("定位：工单编号、居村或地块名称"));
  const list = element("ul", { className: "map-found", hidden: true });
  const show = (lines) => {
    list.replaceChildren(...lines);
    list.hidden = !lines.length;
  };
  const go = (place) => {
    map.jumpTo({ center: [place.lng, place.lat], zoom: place.kind === "village" ? 15 : 17 });
    show([]);
    found(place);
  };
  let turn = 0, awaited = false; // Enter was pressed before anything was offered
  const look = async () => {
    const mine = ++turn, q = input.value.trim();
    if (q.length < 2) return show([]);
    const answer = await fetch(`/map/places?q=${encodeURIComponent(q)}`);
    if (mine !== turn || !answer.ok) return undefined;
    const { places } = await answer.json();
    if (awaited && places.length) {
      awaited = false;
      return go(places[0]);
    }
    const lines = places.map((place) => {
      const button = element("button", { type: "button" }, place.label);
      button.addEventListener("click", () => go(place));
      return element("li", {}, button);
    });
    return show(lines.length ? lines : [element("li", { className: "muted" }, word("没有找到，请换个写法"))]);
  };
  let waiting;
  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    awaited = false;
    show([]); // what was offered was for other words
    if (!event.isComposing) waiting = setTimeout(look, 250);
  });
  input.addEventListener("compositionend", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show([]);
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const first = list.querySelector("button");
    if (first) return first.click();
    awaited = true;
    clearTimeout(waiting);
    return look();
  });
  return element("div", { className: "map-finder" }, input, list);
}

const line = (points, closed = false) => ({
  type: "FeatureCollection",
  features: [
    { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: closed && points.length ? [...points, points[0]] : points } },
    ...(closed ? [] : points.map((point) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: point } }))),
  ],
});
export const drawn = (map, points, closed) => map.getSource("drawn").setData(line(points, closed));
export const corners = ([west, south, east, north]) => [[west, south], [east, south], [east, north], [west, north]];

let using = null; // one tool at a time
export function toggled(word, start, stop) {
  const button = element("button", { type: "button", className: "btn", "aria-pressed": "false" }, word);
  const set = (on) => {
    if (on && using && using !== set) using(false);
    using = on ? set : null;
    button.setAttribute("aria-pressed", String(on));
    (on ? start : stop)();
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-pressed") === "false"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-pressed") === "true") set(false);
  });
  return [button, () => set(false)];
}

export function measure(map, said) {
  let points = [];
  const add = (event) => {
    points.push([event.lngLat.lng, event.lngLat.lat]);
    drawn(map, points);
    let metres = 0;
    for (let n = 1; n < points.length; n += 1)
      metres += new maplibregl.LngLat(...points[n - 1]).distanceTo(new maplibregl.LngLat(...points[n]));
    said(points.length < 2 ? word("继续点击量距，Esc 结束") : metres < 1000 ? word("{metres} 米", { metres: metres.toFixed(0) }) : word("{kilometres} 千米", { kilometres: (metres / 1000).toFixed(2) }));
  };
  const start = () => {
    points = [];
    map.measuring = true;
    map.on("click", add);
    map.getCanvas().style.cursor = "crosshair";
    said(word("在图上点击各点，Esc 结束"));
  };
  const stop = () => {
    map.measuring = false;
    map.off("click", add);
    map.getCanvas().style.cursor = "";
    drawn(map, []);
    said("");
  };
  return toggled(word("测距"), start, stop)[0];
}

export function boxer(map, label, said, done) {
  let from = null;
  const edges = (to) => [Math.min(from.lng, to.lng), Math.min(from.lat, to.lat), Math.max(from.lng, to.lng), Math.max(from.lat, to.lat)];
  const press = (event) => {
    event.preventDefault();
    from = event.lngLat;
  };
  const move = (event) => from && drawn(map, corners(edges(event.lngLat)), true);
  const release = (event) => {
    if (!from) return;
    const box = edges(event.lngLat);
    from = null;
    off();
    if (box[0] < box[2] && box[1] < box[3]) done(box.map((edge) => Number(edge.toFixed(5))));
  };
  const hearing = [["mousedown", press], ["mousemove", move], ["mouseup", release], ["touchstart", press], ["touchmove", move], ["touchend", release]];
  const start = () => {
    map.measuring = true;
    map.dragPan.disable();
    for (const [kind, hears] of hearing) map.on(kind, hears);
    map.getCanvas().style.cursor = "crosshair";
    said(word("按住拖出一个范围，Esc 取消"));
  };
  const stop = () => {
    from = null;
    map.measuring = false;
    map.dragPan.enable();
    for (const [kind, hears] of hearing) map.off(kind, hears);
    map.getCanvas().style.cursor = "";
    said("");
  };
  const [button, off] = toggled(label, start, stop);
  return button;
}
