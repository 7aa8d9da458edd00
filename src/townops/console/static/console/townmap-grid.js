// The grid map: vector tiles of four levels, blocks by type; what is chosen stands in the address and beside the map.

import { GROUND, corner, mounted, opened, raster, stroke } from "./townmap-library.js";
import { colour } from "./townmap-signs.js";
import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const BLOCKS_FROM = 12, PHONE = 760;
const KINDS = ["town", "grid", "village", "block"];
const TINTS = ["#e3ecf7", "#f5ead7", "#e4f1e4", "#f3e4ee", "#ece8f6", "#e0f0f0"];
const side = document.getElementById("grid-spot");
const marks = [...document.querySelectorAll(".block-mark[data-type]")];
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const edges = (text) => text.split(",").map(Number);
const byType = (of) => ["match", ["get", "type"], ...marks.flatMap((mark) => [mark.dataset.type, of(mark)]), of(marks[marks.length - 1])];
// Neighbours differ mostly: codes go along the ground.
const tint = (digits) => ["match", ["%", ["to-number", ["slice", ["get", "code"], -digits], 0], TINTS.length], ...TINTS.slice(1).flatMap((one, place) => [place + 1, one]), TINTS[0]];

function style(template) {
  const base = raster(template);
  const sources = Object.fromEntries(KINDS.map((kind) => [kind, {
    type: "vector", tiles: [`${location.origin}/tiles/${kind}/{z}/{x}/{y}.mvt`], minzoom: { block: BLOCKS_FROM, village: 9 }[kind] || 8, maxzoom: 16,
  }]));
  const of = (id, kind, type, paint, more = {}) => ({ id, source: kind, "source-layer": kind, type, paint, ...more });
  const edge = (kind, tone, width) => stroke(`${kind}-line`, kind, { "line-color": tone, "line-width": width }, { "source-layer": kind });
  const named = (kind, level, from, to = 24) => ({
    id: `${kind}-names`, source: kind, "source-layer": `${kind}-names`, type: "symbol", minzoom: from, maxzoom: to,
    layout: { "icon-image": ["concat", `label|${level}|`, ["get", "name"]], "icon-padding": 4 },
  });
  return {
    version: 8, sources: { ...base.sources, ...sources },
    layers: [
      GROUND,
      of("town-fill", "town", "fill", { "fill-color": "#fafbfb" }),
      ...base.layers,
      of("grid-fill", "grid", "fill", { "fill-color": tint(1), "fill-opacity": 0.9 }),
      of("village-fill", "village", "fill", { "fill-color": tint(2), "fill-opacity": 0.9 }),
      of("block-fill", "block", "fill", { "fill-color": byType((mark) => token(`--block-${mark.dataset.type}`)), "fill-opacity": template ? 0.6 : 0.9 }),
      edge("block", "#8f99a3", ["interpolate", ["linear"], ["zoom"], 12, 0.3, 15, 0.8]),
      edge("village", "#5f6b77", 1.4),
      edge("grid", "#3c4650", 2.2),
      edge("town", "#1f262d", 3),
      ...KINDS.slice(1).map((kind) => of(`${kind}-chosen`, kind, "line", { "line-color": colour.blue, "line-width": 4 }, { filter: ["==", ["get", "code"], ""] })),
      { id: "block-signs", source: "block", "source-layer": "block-names", type: "symbol", minzoom: 13, layout: { "icon-image": byType((mark) => `label|block|${mark.textContent}`), "icon-padding": 1 } },
      named("block", "block", 16), // above the signs: where a name fits it is shown, elsewhere the sign
      named("village", "village", 12),
      named("grid", "grid", 8, 14),
    ],
  };
}

const LAYERS = {
  block: ["block-fill", "block-line", "block-names", "block-signs", "village-names"],
  village: ["village-fill", "village-names"],
  grid: ["grid-fill", "grid-names"],
};

function address(change) {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change)) {
    asked.delete(name);
    for (const one of [value].flat()) if (one) asked.append(name, one);
  }
  history.replaceState(null, "", asked.toString() ? `?${asked}` : location.pathname);
  for (const link of document.querySelectorAll(".map-tools .toggle a, .grid-side a[href^='?']")) {
    const told = new URLSearchParams(link.getAttribute("href"));
    for (const name of Object.keys(change)) {
      if (name === "level" && link.dataset.level) continue;
      told.delete(name);
      for (const one of [change[name]].flat()) if (one) told.append(name, one);
    }
    link.setAttribute("href", `?${told}`);
  }
}

// The level chosen stands out among the others, which stay links.
function levels(chosen) {
  address({ level: chosen === "block" ? "" : chosen });
  for (const one of document.querySelectorAll("[data-level]:not([data-gridmap])")) {
    const told = new URLSearchParams(location.search), on = one.dataset.level === chosen;
    told.set("level", one.dataset.level);
    const made = element(on ? "b" : "a", on ? { "aria-current": "true" } : { href: `?${told}` }, one.textContent);
    made.dataset.level = one.dataset.level;
    one.replaceWith(made);
    if (on) document.querySelector("#grid-form [name=level]")?.remove();
  }
  if (chosen !== "block") document.getElementById("grid-form").append(element("input", { type: "hidden", name: "level", value: chosen }));
}

// Key places as points with their names; whoever may not see them has no such layer.
function places(map, host) {
  map.addSource("place", { type: "vector", tiles: [`${location.origin}/tiles/place/{z}/{x}/{y}.mvt`], minzoom: BLOCKS_FROM, maxzoom: 16 });
  map.addLayer({ id: "place", source: "place", "source-layer": "place", type: "circle", minzoom: BLOCKS_FROM, layout: { visibility: "none" }, paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 3, 16, 6], "circle-color": colour.amber, "circle-stroke-color": colour.paper, "circle-stroke-width": 1.5 } });
  map.addLayer({ id: "place-names", source: "place", "source-layer": "place", type: "symbol", minzoom: 15, layout: { visibility: "none", "icon-image": ["concat", "label|block|", ["get", "name"]], "icon-offset": [0, 14], "icon-padding": 2 } });
  const tick = element("input", { type: "checkbox" });
  tick.addEventListener("change", () => {
    for (const id of ["place", "place-names"]) map.setLayoutProperty(id, "visibility", tick.checked ? "visible" : "none");
  });
  host.append(element("div", { className: "map-panel" }, element("label", {}, tick, " ", word("重点场所"))));
  map.on("click", "place", ({ features: [{ properties }], lngLat }) => {
    const line = element("p", { translate: false }, [properties.kind, properties.name, properties.address].filter(Boolean).join("，"));
    new maplibregl.Popup({ maxWidth: "300px" }).setLngLat(lngLat).setDOMContent(line).addTo(map);
  });
}

function controls(map, host) {
  const state = { level: host.dataset.level };
  const types = () => [...document.querySelectorAll("input[name=type]:checked")].map((one) => one.value);
  const show = () => {
    const wanted = new Set(LAYERS[state.level]);
    for (const id of new Set(Object.values(LAYERS).flat())) map.setLayoutProperty(id, "visibility", wanted.has(id) ? "visible" : "none");
    const kinds = types(), filter = kinds.length ? ["match", ["get", "type"], kinds, true, false] : null;
    for (const id of ["block-fill", "block-names", "block-signs"]) map.setFilter(id, filter);
    hint();
  };
  const said = host.appendChild(element("output", { className: "map-said grid-said" }));
  const tooFar = () => state.level === "block" && map.getZoom() < BLOCKS_FROM;
  const hint = () => { said.textContent = tooFar() ? word("放大后显示责任块") : ""; };
  map.on("zoomend", hint);
  const mark = (code) => KINDS.slice(1).forEach((kind) => map.setFilter(`${kind}-chosen`, ["==", ["get", "code"], code]));
  const go = () => {
    const found = side.querySelector("[data-box]");
    if (found && found.dataset.box) map.fitBounds(corner(edges(found.dataset.box)), { padding: 80, maxZoom: 16.2, animate: false });
  };
  const choose = async (code, move) => {
    const answer = await fetch(`/grid/${encodeURIComponent(code)}/spot`);
    if (!answer.ok || answer.redirected) return;
    side.innerHTML = await answer.text();
    if (innerWidth <= PHONE) side.scrollIntoView({ block: "end" }); // it stands below the map
    mark(code);
    address({ at: code });
    if (move) go();
  };
  const pick = (point) => {
    const [feature] = map.queryRenderedFeatures(point, { layers: [`${state.level}-fill`] });
    if (feature) choose(feature.properties.code, false);
    else if (tooFar()) map.easeTo({ center: map.unproject(point), zoom: BLOCKS_FROM + 1, duration: 250 });
  };
  map.on("click", (event) => pick(event.point));
  map.on("mousemove", (event) => {
    const over = map.queryRenderedFeatures(event.point, { layers: [`${state.level}-fill`] }).length;
    map.getCanvas().style.cursor = over ? "pointer" : "";
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "type") return;
    show();
    address({ type: types() });
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") pick(map.project(map.getCenter()));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".grid-side a[data-code], .map-tools a[data-level]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.code) return void choose(link.dataset.code, true);
    state.level = link.dataset.level;
    levels(state.level);
    show();
  });
  show();
  if (host.dataset.at) {
    mark(host.dataset.at);
    go();
  }
}

async function mount(host) {
  const map = await opened(host, { box: edges(host.dataset.box), style: style(host.dataset.base) });
  if (host.dataset.places) places(map, host);
  controls(map, host);
  return map;
}

document.querySelectorAll("[data-gridmap]").forEach((host) => mounted(host, mount));
