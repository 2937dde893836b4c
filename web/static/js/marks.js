// Marks over the big photo, each with the number of its line; rows and marks point at each other.

import { lineOf, state } from "./case_state.js";
import { pixel, surface } from "./viewer.js";

/** Marks of all lines on this photo; the chosen line's stand out. */
export function drawMarks() {
  const view = surface();
  if (!view) return;
  const unit = pixel();
  view.svg.style.setProperty("--px", unit);
  const all = state.data.lines.flatMap((line) => line.marks.filter((mark) => mark.photo === state.photo && !line.removed).map((mark) => ({ line, mark })));
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
  view.over?.(view.svg);
}

/** An element of the drawing with its class and attributes. */
export function made(tag, name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries({ class: name, ...attributes })) element.setAttribute(key, value);
  return element;
}

export function rect([left, top, right, bottom], name) {
  return made("rect", name, { x: left, y: top, width: right - left, height: bottom - top });
}

/** A mark as what it is: a polygon, or a box. */
export function shape({ box, outline }, name) {
  return outline ? made("polygon", name, { points: outline.join(" ") }) : rect(box, name);
}

/** Where the number of a mark begins: its highest corner on the left. */
function head({ box, outline }) {
  return outline ? outline.reduce((one, other) => (other[1] < one[1] ? other : one)) : box;
}

function marked({ line, mark }, unit, named) {
  const on = line.number === state.line;
  const frame = shape(mark, `mark c${line.number % 6}${on ? " on" : ""}`);
  frame.dataset.line = line.number;
  frame.addEventListener("pointerdown", (event) => event.button === 0 && (surface().pressed = line.number));
  frame.addEventListener("pointerenter", () => hover(line.number, true));
  frame.addEventListener("pointerleave", () => hover(line.number, false));
  const around = shape(mark, on ? "halo on" : "halo");
  if (!named) return [around, frame];
  const [x, y] = head(mark);
  const text = made("text", `c${line.number % 6}${on ? " on" : ""}`, { x: x + 5 * unit, y: y + 17 * unit, "font-size": 15 * unit });
  text.textContent = line.number + 1;
  return [around, frame, text];
}

function hover(number, on) {
  document.querySelector(`tr[data-line="${number}"]`)?.classList.toggle("hover", on);
}

/** A row points at its marks. */
export function point(number, on) {
  const view = surface();
  if (!view || !lineOf(number)) return;
  for (const frame of view.svg.querySelectorAll(".mark")) frame.classList.toggle("pointed", on && frame.dataset.line === String(number));
}
