// Marks of a line on one photo, as somebody is drawing them: { line, photo, marks, at, way }. `at` is the chosen mark,
// -1 for none; `way` an outline under way that takes its place, null for none.

import { begun, closed, put } from "./outline.js";
import { bent, boxed, corners, holds, moved, spanned } from "./shapes.js";

/** Of a line with what it has on the photo; a new box where it has nothing. */
export function drafted(line, photo, size) {
  const marks = line.marks.filter((mark) => mark.photo === photo);
  const draft = { line: line.number, photo, marks, at: marks.length - 1, way: null };
  if (!marks.length) fresh(draft, size);
  return draft;
}

/** A new box in the middle, which is chosen. */
export function fresh(draft, { width, height }) {
  draft.at = draft.marks.push(boxed([width * 0.4, height * 0.4, width * 0.6, height * 0.6])) - 1;
}

/** The chosen mark goes. */
export function erase(draft) {
  draft.marks.splice(draft.at, 1);
  draft.at = draft.marks.length - 1;
}

/** The chosen mark, or a first one. */
export function set(draft, mark) {
  if (draft.at < 0) draft.at = 0;
  draft.marks[draft.at] = mark;
}

/** Begin an outline in place of the chosen mark, or leave the one under way. */
export function outline(draft, size) {
  draft.way = draft.way ? null : begun(size);
}

/** Whether the outline that was under way is the chosen mark now. */
export function close(draft) {
  const mark = closed(draft.way);
  if (!mark) return false;
  set(draft, mark);
  draft.way = null;
  return true;
}

/** Set a corner of the outline, at least `near` from the others; on the first one it is closed. */
export function corner(draft, point, near) {
  if (put(draft.way, point, near)) close(draft);
}

/** What dragging from a point does: bend a mark by a corner, move it, or draw a new box. */
export function grasp(draft, [x, y], near, size) {
  const current = draft.marks[draft.at];
  const index = current ? corners(current).findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) < near) : -1;
  if (index >= 0) return (to) => set(draft, bent(current, index, to, size));
  const inside = draft.marks.findIndex((mark) => holds(mark, [x, y]));
  if (inside >= 0) {
    draft.at = inside;
    const start = draft.marks[inside];
    return ([px, py]) => set(draft, moved(start, px - x, py - y, size));
  }
  draft.at = draft.marks.push(boxed([x, y, x, y])) - 1;
  return (to) => set(draft, boxed(spanned([x, y], to, size)));
}
