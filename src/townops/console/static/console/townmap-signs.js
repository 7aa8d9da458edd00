// Pictures of a map, drawn when first asked for: signs of orders, clusters, names. No glyph server, no sprite file.

import { word } from "./words.js";

export const RATIO = 2;
const look = getComputedStyle(document.documentElement);
const token = (name) => look.getPropertyValue(name).trim();
export const colour = {
  blue: token("--act"), amber: token("--soon"), slate: token("--slate"), green: token("--done"), grey: token("--grey"),
  late: token("--late"), ink: token("--ink"), muted: token("--muted"), line: token("--line"), paper: token("--paper"),
  ground: token("--ground"), soft: token("--act-soft"),
};
const FONT = token("--font");

function canvas(width, height) {
  const made = document.createElement("canvas");
  made.width = Math.ceil(width * RATIO);
  made.height = Math.ceil(height * RATIO);
  const pen = made.getContext("2d");
  pen.scale(RATIO, RATIO);
  return [made, pen];
}

function polygon(pen, middle, radius, corners, turn) {
  for (let n = 0; n < corners; n += 1) {
    const angle = turn + (n * 2 * Math.PI) / corners;
    pen.lineTo(middle + radius * Math.cos(angle), middle + radius * Math.sin(angle));
  }
  pen.closePath();
}

const SHAPES = {
  circle: (pen, m) => pen.arc(m, m, 6, 0, 7),
  ring: (pen, m) => pen.arc(m, m, 5, 0, 7),
  triangle: (pen, m) => polygon(pen, m, 8, 3, -Math.PI / 2),
  down: (pen, m) => polygon(pen, m, 8, 3, Math.PI / 2),
  diamond: (pen, m) => polygon(pen, m, 7.5, 4, -Math.PI / 2),
  square: (pen, m) => pen.rect(m - 5.5, m - 5.5, 11, 11),
  hexagon: (pen, m) => polygon(pen, m, 7, 6, 0),
  bars: (pen, m) => { pen.rect(m - 6, m - 6, 4.5, 12); pen.rect(m + 1.5, m - 6, 4.5, 12); },
};

// An order: its shape says the state; a red ring with a mark says late, a wide dark ring that it is the one looked at.
export function sign(shape, tone, late, chosen) {
  const size = 30, middle = size / 2;
  const [made, pen] = canvas(size, size);
  if (chosen) {
    pen.beginPath();
    pen.arc(middle, middle, 13, 0, 7);
    pen.fillStyle = colour.paper;
    pen.fill();
    pen.lineWidth = 2.5;
    pen.strokeStyle = colour.ink;
    pen.stroke();
  }
  pen.beginPath();
  SHAPES[shape](pen, middle);
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = colour.paper;
  pen.stroke();
  pen.fillStyle = shape === "ring" ? colour.paper : colour[tone];
  pen.fill();
  pen.lineWidth = shape === "ring" ? 2.5 : 1;
  pen.strokeStyle = colour[tone];
  pen.stroke();
  if (late) badge(pen, middle + 7, middle - 7, "!");
  return made;
}

function badge(pen, x, y, text) {
  pen.beginPath();
  pen.font = `bold 10px ${FONT}`;
  const half = Math.max(5.5, pen.measureText(text).width / 2 + 3);
  pen.roundRect ? pen.roundRect(x - half, y - 5.5, half * 2, 11, 5.5) : pen.rect(x - half, y - 5.5, half * 2, 11);
  pen.fillStyle = colour.late;
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = colour.paper;
  pen.stroke();
  pen.fillStyle = "#fff";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, x, y + 0.5);
}

export const short = (count) => (count < 10000 ? String(count) : word("{tenthousands}万", { tenthousands: (count / 10000).toFixed(1) }));

// Several orders: how many, how they share the signs' colours, and how many are late.
export function cluster(count, late, shares) {
  const radius = 13 + Math.min(9, Math.log10(count) * 4), size = radius * 2 + 16, middle = size / 2;
  const [made, pen] = canvas(size, size);
  pen.beginPath();
  pen.arc(middle, middle, radius, 0, 7);
  pen.fillStyle = colour.paper;
  pen.fill();
  const all = shares.reduce((sum, [, part]) => sum + part, 0);
  let from = -Math.PI / 2;
  pen.lineWidth = 4;
  for (const [tone, part] of shares) {
    const to = from + (part / all) * 2 * Math.PI;
    pen.beginPath();
    pen.arc(middle, middle, radius - 2, from, to);
    pen.strokeStyle = colour[tone];
    pen.stroke();
    from = to;
  }
  pen.font = `600 12px ${FONT}`;
  pen.fillStyle = colour.ink;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(short(count), middle, middle + 0.5);
  if (late) badge(pen, middle + radius * 0.75, middle - radius * 0.75, short(late));
  return made;
}

// A name with a pale edge; `level` town, grid, village, block, or station with its mark.
export function label(text, level) {
  const size = { grid: 14, village: 12, block: 11, station: 12 }[level] || 13;
  const font = `${level === "grid" ? "600 " : ""}${size}px ${FONT}`;
  const [, probe] = canvas(1, 1);
  probe.font = font;
  const mark = level === "station" || level === "mark" ? 16 : 0;
  const width = probe.measureText(text).width + 8 + mark;
  const [made, pen] = canvas(width, size + 8);
  const middle = (size + 8) / 2;
  pen.font = font;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = "rgba(255,255,255,.9)";
  pen.strokeText(text, 4 + mark, middle);
  pen.fillStyle = { grid: colour.ink, village: "#46505a", station: colour.ink }[level] || colour.muted;
  pen.fillText(text, 4 + mark, middle);
  if (mark) {
    pen.fillStyle = colour.ink;
    pen.fillRect(2, middle - 7, 14, 14);
    pen.fillStyle = "#fff";
    pen.font = `600 10px ${FONT}`;
    pen.textAlign = "center";
    pen.fillText(word("站"), 9, middle + 0.5);
  }
  return made;
}

export function data(made) {
  const { width, height } = made;
  return { width, height, data: made.getContext("2d").getImageData(0, 0, width, height).data };
}

// The picture of an id as layers name them.
export function picture(id, signs) {
  const [kind, first, second, third] = id.split("|");
  if (kind === "sign") return sign(signs[first].shape, signs[first].colour, second === "1", third === "1");
  if (kind === "label") return label(second, first);
  if (kind !== "many") return null;
  const shares = third.split(",").map((part, place) => [["blue", "amber", "slate", "green"][place], Number(part)]);
  return cluster(Number(first), Number(second), shares.filter(([, part]) => part));
}
