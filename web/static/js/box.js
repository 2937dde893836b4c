// Marks of the chosen line are drawn here: a new one by dragging on the photo or by its outline, an old one moved or
// bent, with keys too.

import { Refused, words } from "./api.js";
import { keyed } from "./box_keys.js";
import { lineOf, state } from "./case_state.js";
import { correct } from "./correct.js";
import { close, corner, drafted, grasp, outline } from "./drafts.js";
import { drawMarks, rect, shape } from "./marks.js";
import { drawn } from "./outline.js";
import { renew } from "./renew.js";
import { corners, rounded, spans, within } from "./shapes.js";
import { tell, tellFault } from "./toast.js";
import { inPhoto, pixel, surface } from "./viewer.js";

const GRIP = 10;
let draft = null;

export function beginBox(main) {
  const [box, begins] = [main.querySelector("#viewer"), main.querySelector("[data-view=draw]")];
  if (!begins) return;
  begins.addEventListener("click", draw);
  for (const [name, act] of Object.entries({ outline: acts.outline, keep, stop })) main.querySelector(`[data-draw=${name}]`).addEventListener("click", act);
  const stage = box.querySelector(".stage");
  stage.addEventListener("pointerdown", press);
  stage.addEventListener("pointermove", aim);
  stage.addEventListener("dblclick", () => draft?.way && acts.close());
  box.closest(".photos").addEventListener("keydown", pressKey);
  const heard = { photo: stopAndShow, line: stopAndShow, renewed: drawMarks, corner: said };
  for (const [name, hear] of Object.entries(heard)) document.addEventListener(name, hear);
  return () => Object.entries(heard).forEach(([name, hear]) => document.removeEventListener(name, hear));
}

/** Begin to draw, or stop. */
export function draw() {
  const line = lineOf(state.line);
  if (draft) return stop();
  if (!document.querySelector("[data-view=draw]")) return tell(words("read_only"));
  if (!line) return tell(words("nothing_chosen"));
  draft = drafted(line, state.photo, size());
  mode(true);
  surface().box.focus();
}

function mode(on) {
  const { box, photos } = surface();
  Object.assign(surface(), { drawing: on, over: on ? paint : null });
  box.classList.toggle("draws", on);
  photos.querySelector(".drawing").hidden = !on;
  photos.querySelector("[data-view=draw]").setAttribute("aria-pressed", String(on));
  show();
}

/** The marks as they will be; the panel says what can be done with them now. */
function show() {
  const { box, photos } = surface();
  const panel = photos.querySelector(".drawing");
  for (const help of panel.querySelectorAll("[data-while]")) help.classList.toggle("off", (help.dataset.while === "outline") !== Boolean(draft?.way));
  box.classList.toggle("outlines", Boolean(draft?.way));
  panel.querySelector("[data-draw=outline]").setAttribute("aria-pressed", String(Boolean(draft?.way)));
  drawMarks();
}

function stop() {
  draft = null;
  mode(false);
}

function stopAndShow() {
  if (draft) stop();
}

const acts = {
  keep,
  stop,
  outline: () => {
    outline(draft, size());
    surface().box.focus();
    show();
  },
  close: () => {
    close(draft);
    show();
  },
};

function said({ detail }) {
  document.getElementById("viewer-told").textContent = words("outline_corner", detail);
}

async function keep() {
  if (draft.way?.corners.length && !close(draft)) return;
  const { line, photo } = draft;
  const others = lineOf(line).marks.filter((mark) => mark.photo !== photo);
  const marks = [...others, ...draft.marks.map((mark) => ({ photo, ...rounded(mark) }))];
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

/** Over the marks of all other lines: those of this one as they will be. */
function paint(svg) {
  const [colour, grip] = [`c${draft.line % 6}`, GRIP * pixel()];
  for (const old of svg.querySelectorAll(".on")) old.remove();
  draft.marks.forEach((mark, index) => {
    const on = index === draft.at ? (draft.way ? " on left" : " on") : "";
    svg.append(shape(mark, "halo"), shape(mark, `mark draft ${colour}${on}`));
  });
  const chosen = draft.marks[draft.at];
  if (draft.way) svg.append(...drawn(draft.way, `mark on way ${colour}`, 2 * grip));
  for (const [x, y] of draft.way?.corners ?? (chosen ? corners(chosen) : [])) svg.append(rect([x - grip / 2, y - grip / 2, x + grip / 2, y + grip / 2], `grip ${colour}`));
}

function press(event) {
  if (!draft || event.button !== 0) return;
  event.preventDefault();
  const near = GRIP * pixel();
  if (draft.way) {
    corner(draft, within(inPhoto(event), size()), near);
    return show();
  }
  const change = grasp(draft, inPhoto(event), near, size());
  const { stage } = surface();
  const move = (to) => {
    change(inPhoto(to));
    drawMarks();
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", () => {
    stage.removeEventListener("pointermove", move);
    draft.marks = draft.marks.filter(spans);
    draft.at = Math.min(draft.at, draft.marks.length - 1);
    drawMarks();
  }, { once: true });
  stage.setPointerCapture(event.pointerId);
}

/** The end of an outline under way follows the pointer. */
function aim(event) {
  if (!draft?.way) return;
  draft.way.cross = within(inPhoto(event), size());
  drawMarks();
}

function pressKey(event) {
  if (!draft || !keyed(event, draft, { size: size(), near: GRIP * pixel() }, acts)) return;
  event.preventDefault();
  event.stopPropagation();
  if (draft) show();
}
