// Maps of the desk: mounts itself on every [data-townmap] (list, one, pick). Data comes from /map/*; a page only writes the element.

import { GROUND, cross, maplibre, mounted, oneStop, opened as open, popup as bubble, raster, stroke } from "./townmap-library.js";
import { colour } from "./townmap-signs.js";
import { borders } from "./townmap-borders.js";
import { decoded, drawer, extent } from "./townmap-draw.js";
import { boxer, corners, drawn, element, finder, layers, legend, measure } from "./townmap-tools.js";
import { word } from "./words.js";

const AGAIN = 10000;
const FOLDED = 760; // pixels up to which a window is a phone's, whose tools are folded
const ROOM = 700; // pixels from which a map has room for its legend
const WIDE = 800; // pixels from which tools stand beside what is looked at
const NO_TWO = 18; // from this zoom on a cluster is opened, not zoomed into
const KINDS = ["town", "grid", "village", "block"];
const empty = () => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
const collection = (features) => ({ type: "FeatureCollection", features });
const point = (lng, lat, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lng, lat] } });

let parts;
function library() {
  parts = parts || Promise.all([maplibre(), json("/map/setup")]).then(([, setup]) => setup);
  return parts;
}
async function json(address, given) {
  const answer = await fetch(address, given);
  if (!answer.ok || answer.redirected) throw new Error(`${address} ${answer.status}`);
  return answer.json();
}

function style(setup) {
  const named = (id, source, level, from, to = 24) => ({
    id, source, type: "symbol", minzoom: from, maxzoom: to,
    layout: { "icon-image": ["concat", `label|${level}|`, ["get", "name"]], "icon-padding": 4 },
  });
  const marks = { "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-ignore-placement": true };
  const base = raster(setup.base), sources = { ...base.sources };
  for (const one of [...KINDS, "names-grid", "names-village", "names-block", "stations", "orders", "drawn"]) sources[one] = empty();
  return {
    version: 8, sources,
    layers: [
      GROUND,
      { id: "town-fill", source: "town", type: "fill", paint: { "fill-color": "#fafbfb", "fill-opacity": setup.base ? 0.35 : 1 } },
      ...base.layers,
      stroke("block", "block", { "line-color": "#cfd5db", "line-width": 0.6 }, { minzoom: setup.blocks_from }),
      stroke("village", "village", { "line-color": "#9aa5b1", "line-width": 1 }),
      stroke("grid", "grid", { "line-color": "#6b7884", "line-width": 1.8 }),
      stroke("town", "town", { "line-color": "#46505a", "line-width": 2.6 }),
      named("block-names", "names-block", "block", 16),
      named("village-names", "names-village", "village", 12),
      named("grid-names", "names-grid", "grid", 0, 12),
      { id: "stations", source: "stations", type: "symbol", minzoom: 11, maxzoom: 14, layout: { "icon-image": "label|mark|", "icon-offset": [0, -14], "icon-allow-overlap": true, "icon-ignore-placement": true } },
      { ...named("station-names", "stations", "station", 14), layout: { "icon-image": ["concat", "label|station|", ["get", "name"]], "icon-offset": [0, -18] } },
      { id: "drawn", source: "drawn", type: "line", paint: { "line-color": colour.blue, "line-width": 2, "line-dasharray": [2, 1] } },
      { id: "drawn-points", source: "drawn", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4, "circle-color": colour.blue } },
      { id: "orders", source: "orders", type: "symbol", layout: { ...marks, "symbol-sort-key": ["get", "rank"], "icon-allow-overlap": true } },
    ],
  };
}
const SWITCHES = {
  [word("责任网格")]: ["grid", "grid-names"], [word("居村")]: ["village", "village-names"], [word("责任块")]: ["block", "block-names"],
  [word("联勤联动站")]: ["stations", "station-names"], [word("工单")]: ["orders"],
};
function view(map) {
  const bounds = map.getBounds();
  const wide = (bounds.getEast() - bounds.getWest()) * 0.15, high = (bounds.getNorth() - bounds.getSouth()) * 0.15;
  return [bounds.getWest() - wide, bounds.getSouth() - high, bounds.getEast() + wide, bounds.getNorth() + high];
}
const written = (box) => box.map((edge) => edge.toFixed(5)).join(",");
const holds = (outer, inner) => outer && outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];

// Areas: what was brought is kept until the zoom needs another drawing or the view leaves it.
function ground(map, setup) {
  const have = {};
  const bring = async (kind) => {
    const zoom = Math.floor(map.getZoom()), level = Math.max(8, Math.min(16, Math.floor(zoom / 2) * 2));
    const bounds = map.getBounds(), seen = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    if (kind === "block" && zoom < setup.blocks_from) return;
    if (have[kind]?.level === level && holds(have[kind].box, seen)) return;
    const box = kind === "block" ? view(map) : setup.box;
    have[kind] = { level, box: kind === "block" ? box : [-180, -90, 180, 90] };
    const found = await json(`/map/areas/${kind}?z=${zoom}&view=${written(box)}`);
    map.getSource(kind).setData(found);
    map.getSource(`names-${kind}`)?.setData(collection(found.features.map((one) => point(...one.properties.at, { name: one.properties.name }))));
  };
  return () => Promise.all(KINDS.map(bring));
}

const TONES = ["blue", "amber", "slate", "green"];
function image(setup, counts, late) {
  const shares = [0, 0, 0, 0], count = counts.reduce((sum, one) => sum + one, 0);
  counts.forEach((one, place) => { shares[TONES.indexOf(setup.signs[place].colour)] += one; });
  return `many|${count}|${late}|${shares.map((part) => (part ? Math.max(1, Math.round((part / count) * 12)) : 0)).join(",")}`;
}
export function features(setup, found, chosen = "") {
  const alone = found.orders.map(([number, lng, lat, sign, late]) =>
    point(lng, lat, { number, rank: number === chosen ? 9 : late, image: `sign|${sign}|${late}|${number === chosen ? 1 : 0}` }));
  const many = found.clusters.map(([lng, lat, late, counts]) =>
    point(lng, lat, { count: counts.reduce((sum, one) => sum + one, 0), rank: 2, image: image(setup, counts, late) }));
  return collection([...alone, ...many]);
}

// Orders of the filter: asked for whenever the view moves, and again and again while the page is looked at.
function watched(map, setup, query, state) {
  let turn = 0, last = "";
  return async (poll) => {
    const mine = ++turn;
    const address = `/map/orders?${query()}&z=${Math.floor(map.getZoom())}&view=${written(view(map))}`;
    const answer = await fetch(address, poll ? { headers: { "X-Poll": "1" } } : {});
    if (mine !== turn || !answer.ok || answer.redirected) return;
    const text = await answer.text();
    if (text === last && !state.stale) return;
    last = text;
    state.stale = false;
    state.found = JSON.parse(text);
    map.getSource("orders").setData(features(setup, state.found, state.chosen));
    if (poll) map.getContainer().dispatchEvent(new CustomEvent("townmap:changed", { bubbles: true }));
  };
}

async function popup(map, place, address) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  bubble(map, place, await answer.text());
}

function opened(map, host, query) {
  map.on("click", "orders", (event) => {
    if (map.measuring) return;
    const [feature] = event.features, place = feature.geometry.coordinates.slice();
    if (feature.properties.number) {
      const picked = new CustomEvent("townmap:picked", { bubbles: true, cancelable: true, detail: { number: feature.properties.number } });
      if (host.dispatchEvent(picked)) popup(map, place, `/map/orders/${feature.properties.number}`);
    } else if (map.getZoom() < NO_TWO) map.easeTo({ center: place, zoom: Math.min(NO_TWO + 0.5, map.getZoom() + 2), duration: 250 });
    else popup(map, place, `/map/near?${query()}&box=${written([place[0] - 0.0004, place[1] - 0.0004, place[0] + 0.0004, place[1] + 0.0004])}`);
  });
  map.on("mousemove", "orders", () => { if (!map.measuring) map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "orders", () => { if (!map.measuring) map.getCanvas().style.cursor = ""; });
}

function query(host) {
  const asked = new URLSearchParams(host.dataset.query ?? location.search);
  for (const name of ["cursor", "sort", "view", "z"]) asked.delete(name);
  return asked;
}

// The same filter with another range on the ground.
function narrowed(host, name, value) {
  const asked = query(host);
  for (const one of ["box", "drawn"]) asked.delete(one);
  asked.set(name, value);
  location.assign(`${location.pathname}?${asked}`);
}

function over(host, map, setup) {
  const said = element("output", { className: "map-said" });
  const say = (text) => { said.textContent = text; };
  const bar = element("div", { className: "map-bar" });
  const mark = new maplibregl.Marker({ color: colour.blue });
  bar.append(finder(map, (place) => {
    mark.setLngLat([place.lng, place.lat]).addTo(map);
    if (place.number) popup(map, [place.lng, place.lat], `/map/orders/${place.number}`);
  }));
  const more = element("details", { className: "map-more" }, element("summary", { className: "btn" }, word("工具")), measure(map, say));
  const board = "board" in host.dataset, wide = host.clientWidth > ROOM;
  more.append(boxer(map, board ? word("框选派遣") : word("框选范围"), say, (box) => {
    if (board) {
      host.dispatchEvent(new CustomEvent("townmap:boxed", { bubbles: true, detail: { box } }));
      return;
    }
    narrowed(host, "box", written(box));
  }));
  if (!board) more.append(...drawer(map, word("画范围"), say, (area) => narrowed(host, "drawn", area)));
  more.open = innerWidth > FOLDED;
  bar.append(more, said);
  const switches = { ...SWITCHES, ...(setup.base ? { [word("底图")]: ["base"] } : {}) };
  host.append(bar, element("details", { className: "map-panel", open: wide }, element("summary", {}, word("图例和图层")), layers(map, switches), legend(setup.signs, host.dataset.signs)));
}

async function list(host, map, setup) {
  const state = { chosen: host.dataset.chosen || "", stale: false, found: null };
  const asked = () => query(host).toString();
  const orders = watched(map, setup, asked, state);
  over(host, map, setup);
  opened(map, host, asked);
  const box = query(host).get("box"), area = query(host).get("drawn");
  if (box || area) {
    const points = area ? decoded(area) : corners(box.split(",").map(Number));
    drawn(map, points, true);
    map.fitBounds(extent(points), { padding: 60, animate: false });
  }
  map.on("moveend", () => orders());
  host.addEventListener("townmap:go", ({ detail }) => {
    state.chosen = detail.number || "";
    state.stale = true;
    if (Number.isFinite(detail.lng)) map.jumpTo({ center: [detail.lng, detail.lat], zoom: Math.max(15, map.getZoom()) });
    orders();
  });
  host.addEventListener("townmap:refresh", () => orders());
  setInterval(() => { if (!document.hidden) orders(true); }, AGAIN);
  await orders();
}

function around(host, map, setup) {
  host.addEventListener("townmap:show", ({ detail }) => {
    const lines = (detail.orders || []).map((one) => point(one.lng, one.lat, { number: one.number, rank: 0, image: `sign|${setup.states[one.state] ?? 0}|0|0` }));
    map.getSource("orders").setData(collection(lines));
    if (detail.point) host.dispatchEvent(new CustomEvent("townmap:place", { detail: detail.point }));
  });
}

async function one(host, map, setup) {
  const place = [Number(host.dataset.lng), Number(host.dataset.lat)];
  new maplibregl.Marker({ color: colour.late, scale: 0.8, offset: [0, -12] }).setLngLat(place).addTo(map); // above the sign of its state
  map.jumpTo({ center: place, zoom: 16 });
  map.scrollZoom.disable();
  oneStop(host);
  const asked = () => "open=1";
  const orders = watched(map, setup, asked, { chosen: host.dataset.number || "", stale: false });
  opened(map, host, asked);
  around(host, map, setup);
  map.on("moveend", () => orders());
  await orders();
}

async function pick(host, map, setup) {
  const inputs = [host.dataset.lngInput, host.dataset.latInput].map((id) => document.getElementById(id));
  const mark = new maplibregl.Marker({ color: colour.blue, draggable: true });
  const place = ({ lng, lat }, told) => {
    mark.setLngLat([lng, lat]).addTo(map);
    inputs.forEach((input, which) => {
      if (!input || !told) return;
      input.value = (which ? lat : lng).toFixed(6);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    if (told) host.dispatchEvent(new CustomEvent("townmap:placed", { bubbles: true, detail: { lng, lat } }));
  };
  map.on("click", (event) => place(event.lngLat, true));
  const middle = cross(map), canvas = map.getCanvas();
  oneStop(host);
  canvas.setAttribute("aria-label", word("地图：方向键移动，加减号缩放，回车定在十字处"));
  canvas.addEventListener("focus", () => { middle.hidden = !canvas.matches(":focus-visible"); });
  canvas.addEventListener("blur", () => { middle.hidden = true; });
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    place(map.getCenter(), true);
  });
  mark.on("dragend", () => place(mark.getLngLat(), true));
  host.addEventListener("townmap:place", ({ detail }) => {
    place(detail, false);
    map.jumpTo({ center: [detail.lng, detail.lat], zoom: Math.max(16, map.getZoom()) });
  });
  host.addEventListener("townmap:look", ({ detail }) => {
    mark.remove();
    map.getSource("orders").setData(collection([]));
    map.jumpTo({ center: [detail.lng, detail.lat], zoom: 14 });
  });
  around(host, map, setup);
  const [lng, lat] = inputs.map((input) => (input && input.value ? Number(input.value) : NaN));
  if (Number.isFinite(lng) && Number.isFinite(lat)) place({ lng, lat }, false);
}

const MODES = { list, one, pick, borders };

async function mount(host) {
  const setup = await library();
  const beside = "tools" in host.dataset && host.clientWidth > WIDE ? { left: 220, top: 50, right: 24, bottom: 24 } : 24;
  const map = await open(host, { box: setup.box, style: style(setup), signs: setup.signs, padding: beside });
  const areas = ground(map, setup);
  map.on("moveend", areas);
  map.getSource("stations").setData(collection(setup.stations.map((one) => point(one.lng, one.lat, one))));
  await Promise.all([areas(), MODES[host.dataset.townmap](host, map, setup)]);
  return map;
}

const everywhere = () => document.querySelectorAll("[data-townmap]").forEach((host) => mounted(host, mount));
document.addEventListener("htmx:afterSettle", everywhere);
everywhere();

export { view };
