// Marks over the big photo, each with the number of its line; rows and marks point at each other.

import { lineOf, state } from "./case_state.js";
import { pixel, surface } from "./viewer.js";

/** Marks of all lines on this photo; the chosen line's stand out. */
export function drawMarks() {
  const view = surface();
  if (!view) return;
  const unit = pixel();
  view.svg.style.setProperty("--px", unit);
  const all = state.data.lines.flatMap((line) => line.marks.filter((mark) => mark.photo === state.photo && !line.removed).map((mark) => ({ line, box: mark.box })));
  all.sort((one, other) => (one.line.number === state.line) - (other.line.number === state.line));
  const others = state.data.others.filter((mark) => mark.photo === state.photo);
  const named = new Set();
  const drawn = all.flatMap((mark) => {
    const first = !named.has(mark.line.number);
    named.add(mark.line.number);
    return marked(mark, unit, first);
  });
  drawn.sort((one, other) => (one.tagName === "text") - (other.tagName === "text"));
  view.svg.replaceChildren(...(view.marks ? [...others.map((mark) => rect(mark.box, "other")), ...drawn] : []));
}

export function rect(box, name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  made.setAttribute("class", name);
  for (const [key, value] of Object.entries({ x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] })) made.setAttribute(key, value);
  return made;
}

function marked({ line, box }, unit, named) {
  const on = line.number === state.line;
  const frame = rect(box, `mark c${line.number % 6}${on ? " on" : ""}`);
  frame.addEventListener("pointerdown", (event) => event.button === 0 && (surface().pressed = line.number));
  frame.addEventListener("pointerenter", () => hover(line.number, true));
  frame.addEventListener("pointerleave", () => hover(line.number, false));
  if (!named) return [rect(box, on ? "halo on" : "halo"), frame];
  const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
  text.setAttribute("class", `c${line.number % 6}${on ? " on" : ""}`);
  text.setAttribute("x", box[0] + 5 * unit);
  text.setAttribute("y", box[1] + 17 * unit);
  text.setAttribute("font-size", 15 * unit);
  text.textContent = line.number + 1;
  return [rect(box, on ? "halo on" : "halo"), frame, text];
}

function hover(number, on) {
  document.querySelector(`tr[data-line="${number}"]`)?.classList.toggle("hover", on);
}

/** A row points at its marks. */
export function point(number, on) {
  const view = surface();
  if (!view || !lineOf(number)) return;
  for (const frame of view.svg.querySelectorAll(".mark")) frame.classList.remove("pointed");
  if (!on || !view.marks) return;
  const boxes = lineOf(number).marks.filter((mark) => mark.photo === state.photo);
  for (const { box } of boxes) [...view.svg.querySelectorAll(".mark")].find((frame) => Number(frame.getAttribute("x")) === box[0])?.classList.add("pointed");
}
