// The map of a border draft: its sources and layers, and how what is known of the draft gets into them.

import { view } from "./townmap.js";
import { GROUND, opened as open, raster, stroke } from "./townmap-library.js";
import { colour } from "./townmap-signs.js";
import { box, rings } from "./townmap-border-shapes.js";

export const LEVELS = ["town", "grid", "village", "block"];
const MOST_HANDLES = 1500;
export const collection = (features) => ({ type: "FeatureCollection", features });
export const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
export const point = (coordinates, properties) => feature({ type: "Point", coordinates }, properties);
export const line = (coordinates, properties) => feature({ type: "LineString", coordinates }, properties);

function style(setup) {
  const empty = { type: "geojson", data: collection([]) };
  const base = raster(setup.base), sources = { ...base.sources };
  for (const one of [...LEVELS, "names", "chosen", "news", "handles", "sketch", "defects", "fault"]) sources[one] = empty;
  const edge = (source, paint) => stroke(source, source, paint);
  const hidden = (source) => ({ id: `${source}-fill`, source, type: "fill", paint: { "fill-color": "#fff", "fill-opacity": 0 } });
  return {
    version: 8, sources,
    layers: [
      GROUND,
      { id: "town-fill", source: "town", type: "fill", paint: { "fill-color": "#fafbfb", "fill-opacity": setup.base ? 0.3 : 1 } },
      ...base.layers,
      hidden("grid"), hidden("village"), hidden("block"),
      { id: "news-fill", source: "news", type: "fill", paint: { "fill-color": colour.amber, "fill-opacity": 0.25 } },
      { id: "chosen-fill", source: "chosen", type: "fill", paint: { "fill-color": colour.blue, "fill-opacity": 0.1 } },
      edge("block", { "line-color": "#aab4be", "line-width": 0.8 }),
      edge("village", { "line-color": "#6b7884", "line-width": 1.4 }),
      edge("grid", { "line-color": "#46505a", "line-width": 2.2 }),
      edge("town", { "line-color": "#1f262d", "line-width": 3 }),
      { id: "fault-fill", source: "fault", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour.late, "fill-opacity": 0.35 } },
      { id: "fault-line", source: "fault", type: "line", paint: { "line-color": colour.late, "line-width": 3 } },
      { id: "fault-spot", source: "fault", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour.late, "circle-radius": 6 } },
      { id: "chosen", source: "chosen", type: "line", paint: { "line-color": colour.blue, "line-width": 2.5 } },
      { id: "names", source: "names", type: "symbol", minzoom: 15, layout: { "icon-image": ["concat", "label|block|", ["get", "name"]], "icon-padding": 4 } },
      { id: "defects", source: "defects", type: "circle", paint: { "circle-radius": ["case", ["get", "chosen"], 9, 6], "circle-color": ["match", ["get", "severity"], "serious", colour.late, colour.amber], "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } },
      { id: "middles", source: "handles", type: "circle", filter: ["get", "middle"], paint: { "circle-radius": 4, "circle-color": "#fff", "circle-stroke-color": colour.blue, "circle-stroke-width": 1, "circle-opacity": 0.9 } },
      { id: "handles", source: "handles", type: "circle", filter: ["!", ["get", "middle"]], paint: { "circle-radius": ["case", ["get", "chosen"], 7, 5], "circle-color": ["case", ["get", "chosen"], colour.amber, colour.blue], "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } },
      { id: "sketch", source: "sketch", type: "line", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": colour.late, "line-width": 2, "line-dasharray": [2, 1] } },
      { id: "sketch-points", source: "sketch", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": ["match", ["get", "kind"], "point", 8, "edge", 7, 4], "circle-color": ["match", ["get", "kind"], "point", "rgba(46,125,50,.4)", "edge", "rgba(178,106,0,.4)", colour.late], "circle-stroke-color": ["match", ["get", "kind"], "point", colour.green, "edge", colour.amber, "#fff"], "circle-stroke-width": 2 } },
    ],
  };
}

export function opened(host, setup) {
  const more = { maxZoom: 22, doubleClickZoom: false, boxZoom: false };
  return open(host, { box: setup.box, style: style(setup), bounded: false, more });
}

// Draws what is known, at most once a frame.
export function painter(map, draft) {
  let asked = false;
  const paint = () => {
    asked = false;
    const found = { town: [], grid: [], village: [], block: [] }, zoom = map.getZoom();
    for (const one of draft.features.values()) found[one.properties.kind].push(one);
    if (zoom < draft.setup.blocks_from) found.block = [];
    for (const level of LEVELS) map.getSource(level).setData(collection(found[level]));
    map.getSource("names").setData(collection(found.block.map((one) => {
      const [west, south, east, north] = box(one.geometry);
      return point([(west + east) / 2, (south + north) / 2], { name: one.properties.name });
    })));
  };
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  };
}

// Brings what the view needs: simplified while it is wide, every point when it is near.
export function bringer(map, draft) {
  let have = null, coming = null;
  return (anew = false) => {
    const zoom = map.getZoom(), level = Math.min(Math.floor(zoom), draft.setup.exact_from);
    const bounds = map.getBounds(), seen = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const enough = have && have.level === level && have.box[0] <= seen[0] && have.box[1] <= seen[1] && have.box[2] >= seen[2] && have.box[3] >= seen[3];
    if (enough && !anew) return coming;
    have = { level, box: view(map) };
    coming = draft.load(have.box, zoom, false);
    return coming;
  };
}

export function handles(map, chosen, marked) {
  if (!chosen || !chosen.properties.exact) return map.getSource("handles").setData(collection([]));
  const bounds = map.getBounds(), found = [];
  for (const ring of rings(chosen.geometry))
    ring.forEach((here, place) => {
      const next = ring[(place + 1) % ring.length], middle = [(here[0] + next[0]) / 2, (here[1] + next[1]) / 2];
      if (bounds.contains(here)) found.push(point(here, { middle: false, at: JSON.stringify(here), chosen: marked === JSON.stringify(here) }));
      const [a, b] = [map.project(here), map.project(next)];
      if (bounds.contains(middle) && Math.hypot(a.x - b.x, a.y - b.y) > 24) found.push(point(middle, { middle: true, one: JSON.stringify(here), other: JSON.stringify(next), chosen: false }));
    });
  return map.getSource("handles").setData(collection(found.length > MOST_HANDLES ? [] : found));
}
