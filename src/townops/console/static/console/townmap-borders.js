// Borders before and after on a map: what goes, what comes, which ground is taken; a code in a table zooms to it.

import { popup } from "./townmap-library.js";
import { colour } from "./townmap-signs.js";
import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const SIDES = {
  before: { label: word("原边界"), tone: colour.late, width: 1.5, dashes: [3, 2] },
  after: { label: word("新边界"), tone: colour.blue, width: 2, dashes: [1] },
};
const TAKEN = word("易手的地块");
const CHANGE = ["match", ["get", "what"], "added", colour.green, "removed", colour.late, "reshaped", colour.amber, colour.slate];

function draw(map) {
  const of = (side) => ["==", ["get", "side"], side];
  map.addLayer({ id: "changed", type: "fill", source: "changes", filter: of("after"), paint: { "fill-color": CHANGE, "fill-opacity": 0.12 } });
  map.addLayer({ id: "gone", type: "fill", source: "changes", filter: ["all", of("before"), ["==", ["get", "what"], "removed"]], paint: { "fill-color": colour.late, "fill-opacity": 0.12 } });
  map.addLayer({ id: "taken", type: "fill", source: "changes", filter: of("taken"), paint: { "fill-color": colour.amber, "fill-opacity": 0.45 } });
  map.addLayer({ id: "defects", type: "fill", source: "changes", filter: of("defect"), paint: { "fill-color": colour.late, "fill-opacity": 0.6 } });
  map.addLayer({ id: "defect-lines", type: "line", source: "changes", filter: of("defect"), paint: { "line-color": colour.late, "line-width": 4 } });
  map.addLayer({ id: "defect-points", type: "circle", source: "changes", filter: ["all", of("defect"), ["==", ["geometry-type"], "Point"]], paint: { "circle-radius": 6, "circle-color": colour.late } });
  for (const [side, look] of Object.entries(SIDES)) {
    const paint = { "line-color": look.tone, "line-width": look.width, "line-dasharray": look.dashes };
    map.addLayer({ id: side, type: "line", source: "changes", filter: of(side), paint, layout: { "line-join": "round" } });
  }
}

function panel(map) {
  const line = (ids, text, tone, kind) => {
    const tick = element("input", { type: "checkbox", checked: true });
    tick.addEventListener("change", () => {
      for (const id of ids) map.setLayoutProperty(id, "visibility", tick.checked ? "visible" : "none");
    });
    const key = element("canvas", { width: 22, height: 12 }), pen = key.getContext("2d");
    pen.fillStyle = pen.strokeStyle = tone;
    pen.globalAlpha = kind === "fill" ? 0.5 : 1;
    pen.lineWidth = 2;
    if (kind === "dash") pen.setLineDash([4, 3]);
    if (kind === "fill") pen.fillRect(0, 0, 22, 12);
    else { pen.beginPath(); pen.moveTo(0, 6); pen.lineTo(22, 6); pen.stroke(); }
    return element("li", {}, element("label", {}, tick, " ", key, " ", text));
  };
  return element("div", { className: "map-panel" }, element("ul", { className: "map-legend", "aria-label": word("图例") },
    line(["before", "gone"], SIDES.before.label, SIDES.before.tone, "dash"),
    line(["after", "changed"], SIDES.after.label, SIDES.after.tone, "line"),
    line(["taken"], TAKEN, colour.amber, "fill"),
    line(["defects", "defect-lines", "defect-points"], word("缺陷"), colour.late, "fill")));
}

function extent(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    } else part.forEach(walk);
  };
  features.forEach((one) => walk(one.geometry.coordinates));
  return box;
}

export function zoomed(map, [west, south, east, north]) {
  map.fitBounds([[west, south], [east, north]], { padding: 40, maxZoom: 18, animate: false });
}

function said(map, event) {
  const lines = event.features.filter((one) => SIDES[one.properties.side]).slice(0, 6)
    .map((one) => `${SIDES[one.properties.side].label}：${one.properties.code} ${one.properties.name}`);
  const taken = event.features.filter((one) => one.properties.side === "taken").slice(0, 3)
    .map((one) => `${TAKEN}：${one.properties.code} → ${one.properties.name}`);
  const list = element("ul", { className: "plain-list" }, ...[...new Set([...taken, ...lines])].map((text) => element("li", {}, text)));
  popup(map, event.lngLat, list);
}

export async function borders(host, map) {
  const answer = await fetch(host.dataset.changes);
  if (!answer.ok) throw new Error(`${host.dataset.changes} ${answer.status}`);
  const found = await answer.json();
  map.addSource("changes", { type: "geojson", data: found });
  draw(map);
  for (const id of ["stations", "station-names"]) map.setLayoutProperty(id, "visibility", "none");
  host.append(panel(map));
  map.scrollZoom.disable();
  for (const id of ["changed", "gone", "taken"]) map.on("click", id, (event) => said(map, event));
  if (found.features.length) zoomed(map, extent(found.features));
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-zoom]");
    if (!asked) return;
    zoomed(map, asked.dataset.zoom.split(",").map(Number));
    host.scrollIntoView({ block: "nearest" });
  });
}
