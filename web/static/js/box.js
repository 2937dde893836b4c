// Marks of the chosen line are drawn here: a new one by dragging on the photo, an old one moved or resized, with keys too.

import { Refused, words } from "./api.js";
import { lineOf, state } from "./case_state.js";
import { correct } from "./correct.js";
import { renew } from "./renew.js";
import { corners, moved, spanned } from "./box_shape.js";
import { drawMarks, rect } from "./marks.js";
import { inPhoto, pixel, surface } from "./viewer.js";
import { tell, tellFault } from "./toast.js";

const GRIP = 10;
let draft = null;

export function beginBox(main) {
  const box = main.querySelector("#viewer");
  if (!box?.querySelector("[data-view=draw]")) return;
  box.querySelector("[data-view=draw]").addEventListener("click", draw);
  box.querySelector("[data-draw=keep]").addEventListener("click", keep);
  box.querySelector("[data-draw=stop]").addEventListener("click", stop);
  box.querySelector(".stage").addEventListener("pointerdown", press);
  box.addEventListener("keydown", keys);
  document.addEventListener("photo", stopAndShow);
  document.addEventListener("line", stopAndShow);
  document.addEventListener("renewed", paint);
  return () => {
    document.removeEventListener("renewed", paint);
    document.removeEventListener("photo", stopAndShow);
    document.removeEventListener("line", stopAndShow);
  };
}

/** Begin to draw, or stop. */
export function draw() {
  const line = lineOf(state.line);
  if (draft) return stop();
  if (!document.querySelector("[data-view=draw]")) return tell(words("read_only"));
  if (!line) return tell(words("nothing_chosen"));
  const here = line.marks.filter((mark) => mark.photo === state.photo).map((mark) => [...mark.box]);
  draft = { line: line.number, photo: state.photo, boxes: here, at: here.length - 1 };
  if (!here.length) fresh();
  mode(true);
  surface().box.focus();
  paint();
}

function mode(on) {
  const { box } = surface();
  surface().drawing = on;
  box.classList.toggle("draws", on);
  box.querySelector(".drawing").hidden = !on;
  box.querySelector("[data-view=draw]").setAttribute("aria-pressed", String(on));
}

function stop() {
  draft = null;
  mode(false);
  drawMarks();
}

function stopAndShow() {
  if (draft) stop();
}

async function keep() {
  const { line, photo, boxes } = draft;
  const others = lineOf(line).marks.filter((mark) => mark.photo !== photo);
  const marks = [...others, ...boxes.map((box) => ({ photo, box: box.map((value) => Math.round(value * 10) / 10) }))];
  try {
    await correct([{ do: "edit", line, marks, why: "wrong_box" }]);
    if (draft) stop();
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    tellFault(fault);
    if (fault.status === 412) await renew();
  }
}

function size() {
  return state.data.photos[state.photo];
}

function fresh() {
  const { width, height } = size();
  draft.boxes.push([width * 0.4, height * 0.4, width * 0.6, height * 0.6]);
  draft.at = draft.boxes.length - 1;
}

function paint() {
  if (!draft) return;
  drawMarks();
  const { svg } = surface();
  for (const frame of svg.querySelectorAll(".on")) frame.remove();
  draft.boxes.forEach((box, index) => {
    const frame = rect(box, `mark draft c${draft.line % 6}${index === draft.at ? " on" : ""}`);
    svg.append(rect(box, "halo"), frame);
    if (index !== draft.at) return;
    const grip = GRIP * pixel();
    for (const [x, y] of corners(box)) svg.append(rect([x - grip / 2, y - grip / 2, x + grip / 2, y + grip / 2], `grip c${draft.line % 6}`));
  });
}

function press(event) {
  if (!draft || event.button !== 0) return;
  event.preventDefault();
  const from = inPhoto(event);
  const change = grasp(from);
  const { stage } = surface();
  const move = (moved) => {
    change(inPhoto(moved));
    paint();
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", () => {
    stage.removeEventListener("pointermove", move);
    draft.boxes = draft.boxes.filter((box) => box[2] - box[0] >= 4 && box[3] - box[1] >= 4);
    draft.at = Math.min(draft.at, draft.boxes.length - 1);
    paint();
  }, { once: true });
  stage.setPointerCapture(event.pointerId);
}

/** What dragging from a point does: resize by a corner, move a box, or draw a new one. */
function grasp([x, y]) {
  const near = GRIP * pixel();
  const current = draft.boxes[draft.at];
  const corner = current ? corners(current).findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) < near) : -1;
  if (corner >= 0) return ([px, py]) => set(spanned(corners(current)[(corner + 2) % 4], [px, py], size()));
  const inside = draft.boxes.findIndex(([left, top, right, bottom]) => x > left && x < right && y > top && y < bottom);
  if (inside >= 0) {
    draft.at = inside;
    const start = [...draft.boxes[inside]];
    return ([px, py]) => set(moved(start, px - x, py - y, size()));
  }
  draft.boxes.push([x, y, x, y]);
  draft.at = draft.boxes.length - 1;
  return (to) => set(spanned([x, y], to, size()));
}

function set(box) {
  draft.boxes[draft.at] = box;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function keys(event) {
  if (!draft || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = draft.boxes[draft.at];
  const [dx, dy] = STEPS[event.key] ?? [];
  const unit = size().width / 100;
  if (dx !== undefined && box) set(event.shiftKey ? spanned([box[0], box[1]], [Math.max(box[0] + 4, box[2] + dx * unit), Math.max(box[1] + 4, box[3] + dy * unit)], size()) : moved(box, dx * unit, dy * unit, size()));
  else if (event.key === "n" || event.key === "N") fresh();
  else if (event.key === "Delete" || event.key === "Backspace") draft.at = draft.boxes.splice(draft.at, 1) && draft.boxes.length - 1;
  else if (event.key === "Enter" && !event.target.closest("button")) keep();
  else if (event.key === "Escape") stop();
  else return;
  event.preventDefault();
  event.stopPropagation();
  paint();
}
