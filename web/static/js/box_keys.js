// What keys do while somebody draws; `acts` are what else can be done: { keep, stop, outline, close }.

import { corner, erase, fresh, set } from "./drafts.js";
import { moveCross } from "./outline.js";
import { moved, resized } from "./shapes.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FINE = 0.2;

/** Whether the key means something; `near` is how far apart corners are at least. */
export function keyed(event, draft, { size, near }, acts) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return draft.way ? ofOutline(event, draft, { size, near }, acts) : ofMarks(event, draft, size, acts);
}

function ofMarks(event, draft, size, acts) {
  const [mark, [dx, dy], key] = [draft.marks[draft.at], steps(event, 1, size), event.key.toLowerCase()];
  if (dx || dy) mark && set(draft, (event.shiftKey ? resized : moved)(mark, dx, dy, size));
  else if (key === "n") fresh(draft, size);
  else if (key === "o") acts.outline();
  else if (erases(event)) erase(draft);
  else if (enters(event)) acts.keep();
  else if (key === "escape") acts.stop();
  else return false;
  return true;
}

function ofOutline(event, draft, { size, near }, acts) {
  const [[dx, dy], key] = [steps(event, event.shiftKey ? FINE : 1, size), event.key.toLowerCase()];
  if (dx || dy) moveCross(draft.way, dx, dy, size);
  else if (key === " " && !event.target.closest("button")) corner(draft, draft.way.cross, near);
  else if (erases(event)) draft.way.corners.pop();
  else if (enters(event)) acts.close();
  else if (key === "escape" || key === "o") acts.outline();
  else return false;
  return true;
}

/** By how many px an arrow key moves: so many hundredths of the photo's width. */
function steps({ key }, hundredths, { width }) {
  return (STEPS[key] ?? [0, 0]).map((way) => (way * hundredths * width) / 100);
}

function erases({ key }) {
  return key === "Delete" || key === "Backspace";
}

function enters({ key, target }) {
  return key === "Enter" && !target.closest("button");
}
