// Drawing an area of any shape as a filter: a click sets a corner, a double click or Enter closes it, Backspace takes the
// last corner away, Esc gives up. Without a mouse the arrow keys move the map and a button sets corners in its middle.
// The corners stand in the address as kernel/drawn.py reads them.

import { cross } from "./townmap-library.js";
import { drawn, element, toggled } from "./townmap-tools.js";
import { word } from "./words.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SCALE = 100000, MORE = 32, FEWEST = 3, MOST = 200;

function digits(step) {
  let left = step < 0 ? -2 * step - 1 : 2 * step, found = "";
  for (; left >= MORE; left = Math.floor(left / MORE)) found += DIGITS[(left % MORE) + MORE];
  return found + DIGITS[left];
}

export function encoded(points) {
  let [lng, lat] = [0, 0];
  return points.map((point) => {
    const [east, north] = point.map((degrees) => Math.round(degrees * SCALE));
    const step = digits(east - lng) + digits(north - lat);
    [lng, lat] = [east, north];
    return step;
  }).join("");
}

export function decoded(text) {
  const steps = [];
  let value = 0, weight = 1;
  for (const sign of text) {
    const digit = DIGITS.indexOf(sign);
    value += (digit % MORE) * weight;
    weight *= MORE;
    if (digit >= MORE) continue;
    steps.push(value % 2 ? -(value + 1) / 2 : value / 2);
    [value, weight] = [0, 1];
  }
  const points = [];
  for (let n = 0; n + 1 < steps.length; n += 2) {
    const [lng, lat] = points.length ? points[points.length - 1] : [0, 0];
    points.push([lng + steps[n], lat + steps[n + 1]]);
  }
  return points.map(([lng, lat]) => [lng / SCALE, lat / SCALE]);
}

export const extent = (points) => [0, 1].map((axis) => points.map((point) => point[axis]))
  .reduce(([low, high], values) => [[...low, Math.min(...values)], [...high, Math.max(...values)]], [[], []]);

export function drawer(map, label, said, done) {
  let points = [];
  const follow = ({ lngLat }) => points.length && drawn(map, [...points, [lngLat.lng, lngLat.lat]]);
  const tell = () => {
    said(points.length >= MOST ? word("最多 {most} 个点", { most: MOST }) : points.length < FEWEST
      ? word("点击加点（已有 {count} 个，至少 {least} 个），Esc 取消", { count: points.length, least: FEWEST }) : word("已有 {count} 个点，双击或回车完成，退格撤一点，Esc 取消", { count: points.length }));
    finish.disabled = points.length < FEWEST;
    undo.disabled = !points.length;
    drawn(map, points);
  };
  const add = ({ lng, lat }) => {
    if (points.length < MOST) points.push([lng, lat].map((degrees) => Number(degrees.toFixed(5))));
    tell();
  };
  const back = () => {
    points.pop();
    tell();
  };
  const close = () => {
    if (points.length < FEWEST) return;
    const made = encoded(points);
    off();
    done(made);
  };
  const click = (event) => event.originalEvent.detail < 2 && add(event.lngLat); // the second of a double click is no corner
  const double = (event) => {
    event.preventDefault();
    close();
  };
  const hearing = [["click", click], ["dblclick", double], ["mousemove", follow]];
  const key = (event) => {
    if (event.target.closest("button, input, select, textarea, a")) return;
    if (event.key === "Enter") close();
    else if (event.key === "Backspace") back();
    else return;
    event.preventDefault();
  };
  const act = (label, does) => {
    const button = element("button", { type: "button", className: "btn" }, label);
    button.addEventListener("click", does);
    return button;
  };
  const middle = act(word("在中心加点"), () => add(map.getCenter())), undo = act(word("撤一点"), back), finish = act(word("完成"), close);
  const tools = element("span", { className: "map-drawing", hidden: true }, middle, undo, finish);
  const mark = cross(map);
  const shown = (on) => {
    map.measuring = on;
    map.getCanvas().style.cursor = on ? "crosshair" : "";
    tools.hidden = mark.hidden = !on;
  };
  const start = () => {
    points = [];
    shown(true);
    for (const [kind, hears] of hearing) map.on(kind, hears);
    document.addEventListener("keydown", key);
    map.getCanvas().focus();
    tell();
  };
  const stop = () => {
    points = [];
    shown(false);
    for (const [kind, hears] of hearing) map.off(kind, hears);
    document.removeEventListener("keydown", key);
    drawn(map, []);
    said("");
  };
  const [button, off] = toggled(label, start, stop);
  return [button, tools];
}
