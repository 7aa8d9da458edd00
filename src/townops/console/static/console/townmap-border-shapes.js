// Plain geometry for the border editor: rings, edges, what a pointer snaps to. Points are [longitude, latitude].

export const same = (one, other) => one[0] === other[0] && one[1] === other[1];
export const fixed = ([lng, lat]) => [Math.round(lng * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];
export const parts = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);
export const rings = (geometry) => parts(geometry).flat().map((ring) => ring.slice(0, -1));

export function box(geometry) {
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lng, lat] of parts(geometry).flatMap(([shell]) => shell)) {
    found[0] = Math.min(found[0], lng);
    found[1] = Math.min(found[1], lat);
    found[2] = Math.max(found[2], lng);
    found[3] = Math.max(found[3], lat);
  }
  return found;
}

export const meets = (one, other) => one[0] <= other[2] && one[2] >= other[0] && one[1] <= other[3] && one[3] >= other[1];

export function holds(geometry, [lng, lat]) {
  let inside = false;
  for (const ring of rings(geometry))
    ring.forEach(([x, y], place) => {
      const [ox, oy] = ring[(place + ring.length - 1) % ring.length];
      if (y > lat !== oy > lat && lng < ((ox - x) * (lat - y)) / (oy - y) + x) inside = !inside;
    });
  return inside;
}

// The points of a ring from one to another the shorter way, both included; null when they are not on one ring.
export function run(geometry, from, to) {
  for (const ring of rings(geometry)) {
    const start = ring.findIndex((at) => same(at, from)), end = ring.findIndex((at) => same(at, to));
    if (start < 0 || end < 0 || start === end) continue;
    const walk = (a, b) => (a < b ? ring.slice(a, b + 1) : [...ring.slice(a), ...ring.slice(0, b + 1)]);
    const one = walk(start, end), other = walk(end, start).reverse();
    return length(one) <= length(other) ? one : other;
  }
  return null;
}

const length = (line) => line.slice(1).reduce((sum, at, place) => sum + Math.hypot(at[0] - line[place][0], at[1] - line[place][1]), 0);

// What a place on the screen snaps to: a point of a border within reach, else the nearest place on one, else nothing.
export function snapper(map, features, without, reach = 10) {
  const bounds = map.getBounds();
  const seen = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const points = [], edges = [], known = new Set();
  for (const one of features) {
    if (!one.properties.exact || !meets(box(one.geometry), seen)) continue;
    for (const ring of rings(one.geometry)) {
      const at = ring.map((point) => map.project(point));
      ring.forEach((point, place) => {
        const next = (place + 1) % ring.length, name = `${point}`;
        if (without && (same(point, without) || same(ring[next], without))) {
          if (!same(point, without) && !known.has(name)) points.push([at[place], point]);
          return;
        }
        if (!known.has(name)) points.push([at[place], point]);
        known.add(name);
        edges.push([at[place], at[next]]);
      });
    }
  }
  return (pixel) => {
    let best = null, far = reach;
    for (const [at, point] of points) {
      const gap = Math.hypot(at.x - pixel.x, at.y - pixel.y);
      if (gap < far) [best, far] = [{ point, kind: "point" }, gap];
    }
    if (best) return best;
    for (const [a, b] of edges) {
      const [dx, dy] = [b.x - a.x, b.y - a.y], square = dx * dx + dy * dy;
      const share = square ? Math.max(0, Math.min(1, ((pixel.x - a.x) * dx + (pixel.y - a.y) * dy) / square)) : 0;
      const foot = { x: a.x + share * dx, y: a.y + share * dy }, gap = Math.hypot(foot.x - pixel.x, foot.y - pixel.y);
      if (gap < far) [best, far] = [{ pixel: foot, kind: "edge" }, gap];
    }
    if (!best) return null;
    const { lng, lat } = map.unproject([best.pixel.x, best.pixel.y]);
    return { point: fixed([lng, lat]), kind: "edge" };
  };
}
