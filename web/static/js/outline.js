// An outline under way: { corners, cross }. Corners are set by clicks, or by keys where the cross is that arrows move.

import { tell as announce, state } from "./case_state.js";
import { words } from "./api.js";
import { outlined, within } from "./shapes.js";
import { made } from "./marks.js";
import { tell } from "./toast.js";

/** One that has no corner yet. */
export function begun({ width, height }) {
  return { corners: [], cross: [width / 2, height / 2] };
}

/** Set a corner, unless it is one that is there: `near` is how far apart corners are at least. Whether that closes it. */
export function put(way, point, near) {
  const { least, most } = state.data.corners;
  const at = way.corners.findIndex(([x, y]) => Math.hypot(x - point[0], y - point[1]) < near);
  if (at === 0 && way.corners.length >= least) return true;
  if (way.corners.length >= most) tell(words("outline_full", { most }), { bad: true });
  else if (at < 0) {
    way.corners.push(point);
    announce("corner", { number: way.corners.length });
  }
  return false;
}

/** The mark that it makes; null, and the reason told, where it makes none. */
export function closed({ corners }) {
  const { least } = state.data.corners;
  const code = corners.length < least ? "outline_few" : crosses(corners) ? "outline_crosses" : null;
  if (code) tell(words(code, { least }), { bad: true });
  return code ? null : outlined(corners);
}

export function moveCross(way, dx, dy, size) {
  way.cross = within([way.cross[0] + dx, way.cross[1] + dy], size);
}

/** As polygon from the first corner to the cross, with `reach` as half the length of its arms. */
export function drawn({ corners, cross: [x, y] }, name, reach) {
  const arms = `M${x - reach},${y}H${x + reach}M${x},${y - reach}V${y + reach}`;
  const way = { points: [...corners, [x, y]].join(" ") };
  return [made("polyline", "halo", way), made("polyline", name, way), made("path", "halo cross", { d: arms }), made("path", `${name} cross`, { d: arms })];
}

/** Whether two edges that are no neighbours meet. */
function crosses(points) {
  const edges = points.map((point, at) => [point, points[(at + 1) % points.length]]);
  return edges.some((one, n) => edges.some((other, m) => m > n + 1 && !(n === 0 && m === edges.length - 1) && meet(...one, ...other)));
}

function meet(a, b, c, d) {
  return turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b);
}

function turn([ax, ay], [bx, by], [cx, cy]) {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}
