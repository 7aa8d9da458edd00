// What is alike on all maps of the desk: the drawing library, brought when the first map of a page asks for it, its words,
// the ground below everything, how a map stands in its element, and what is said where it cannot be drawn.

import { RATIO, data, picture } from "./townmap-signs.js";
import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const at = (path) => new URL(path, import.meta.url).href;
const AROUND = 0.5; // degrees one may look beyond the town
const LEAST = 8;
const WIDEST = 340, NARROW = 40; // pixels: a popup, and what it leaves of a narrow map

const LOCALE = {
  "NavigationControl.ZoomIn": word("放大"), "NavigationControl.ZoomOut": word("缩小"), "Popup.Close": word("关闭"), "Map.Title": word("地图"),
  "ScaleControl.Meters": word("米"), "ScaleControl.Kilometers": word("千米"),
};

let brought;
export function maplibre() {
  brought = brought || Promise.all([script(at("../vendor/maplibre-gl.js")), sheet(at("../vendor/maplibre-gl.css"))])
    .then(() => maplibregl.setWorkerUrl(at("../vendor/maplibre-gl-worker.js")));
  return brought;
}
function script(src) {
  return new Promise((resolve, reject) => document.head.append(element("script", { src, onload: resolve, onerror: reject })));
}
function sheet(href) {
  if (!document.querySelector("link[href*='maplibre-gl']")) document.head.append(element("link", { rel: "stylesheet", href }));
}

export const GROUND = { id: "ground", type: "background", paint: { "background-color": "#eef0f2" } };
export const stroke = (id, source, paint, more = {}) => ({ id, source, type: "line", paint, layout: { "line-join": "round" }, ...more });

// The town's own raster below the areas, where it has one: its source and its layer.
export function raster(base) {
  if (!base) return { sources: {}, layers: [] };
  const tiles = [new URL(base, location.href).href.replace(/%7B/g, "{").replace(/%7D/g, "}")];
  return {
    sources: { base: { type: "raster", tiles, tileSize: 256 } },
    layers: [{ id: "base", source: "base", type: "raster", paint: { "raster-saturation": -0.6, "raster-opacity": 0.7 } }],
  };
}

export const corner = ([west, south, east, north]) => [[west, south], [east, north]];

// A map of the town in its element: seen from above, north up, with our words and pictures. Awaited until its style is there.
export async function opened(host, { box, style, signs = [], padding = 24, bounded = true, more = {} }) {
  await maplibre();
  const [west, south, east, north] = box;
  const map = new maplibregl.Map({
    container: host.appendChild(element("div", { className: "map-canvas" })), style, locale: LOCALE,
    bounds: corner(box), fitBoundsOptions: { padding }, maxZoom: 20, minZoom: LEAST, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0,
    ...(bounded ? { maxBounds: [[west - AROUND, south - AROUND], [east + AROUND, north + AROUND]] } : {}), ...more,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
  map.on("styleimagemissing", ({ id }) => {
    const made = picture(id, signs);
    if (made && !map.hasImage(id)) map.addImage(id, data(made), { pixelRatio: RATIO });
  });
  await new Promise((resolve) => map.once("style.load", resolve));
  return map;
}

// `draws` opens a map and puts everything on it; the element says when it is drawn, or that it could not be.
export async function mounted(host, draws) {
  if (host.dataset.mounted) return;
  host.dataset.mounted = "1";
  try {
    const map = await draws(host);
    map.once("idle", () => { host.dataset.drawn = "1"; });
    map.triggerRepaint();
    host.townmap = map;
  } catch (error) {
    console.warn(error);
    host.append(element("p", { className: "nothing" }, word("地图没有画出来：浏览器不支持或网络中断。列表和表单可以照常使用。")));
  }
}

// A window over the map with a fragment of a page or an element in it, never wider than the map; a narrow map moves so that
// it stands inside.
export function popup(map, place, content) {
  const room = map.getContainer().clientWidth - NARROW;
  const made = new maplibregl.Popup({ maxWidth: `${Math.min(WIDEST, room)}px` }).setLngLat(place);
  (typeof content === "string" ? made.setHTML(content) : made.setDOMContent(content)).addTo(map);
  if (room < 2 * WIDEST) map.easeTo({ center: place, offset: [0, map.getContainer().clientHeight / 5], duration: 200 });
}

// One stop of the Tab key: the map itself moves by the arrow keys, + and -; its buttons are for the pointer.
export function oneStop(host) {
  for (const one of host.querySelectorAll(".maplibregl-ctrl button")) one.tabIndex = -1;
}

// A cross in the middle for whoever works without a pointer.
export function cross(map) {
  const made = element("span", { className: "map-cross", hidden: true, "aria-hidden": "true" });
  map.getContainer().append(made);
  return made;
}
