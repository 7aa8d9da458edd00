// The drawing library of all maps, brought when the first map of a page asks for it, and its words.

import { element } from "./townmap-tools.js";
import { word } from "./words.js";

const at = (path) => new URL(path, import.meta.url).href;

export const LOCALE = {
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
