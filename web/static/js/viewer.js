// The big photo: zoom by wheel and keys, moved by dragging; marks.js draws over it in pixels of the upright photo.

import { words } from "./api.js";
import { chooseLine, choosePhoto, state } from "./case_state.js";
import { drawMarks } from "./marks.js";

const SIZE = 1280;
const LARGE = 2048;
const MOST = 8;
let view = null;

export function beginViewer(main) {
  const box = main.querySelector("#viewer");
  if (!box || !state.data) return;
  view = { box, photos: box.closest(".photos"), stage: box.querySelector(".stage"), image: box.querySelector("img"), svg: box.querySelector("svg"), scale: 1, x: 0, y: 0, marks: true, large: false };
  if (!state.data.photos[state.photo]) state.photo = Math.max(0, state.data.photos.findIndex(Boolean));
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event);
  }, { passive: false });
  box.addEventListener("pointerdown", drag);
  view.stage.addEventListener("dblclick", (event) => !view.drawing && (view.scale > 1 ? whole() : zoom(2.5, event)));
  for (const button of view.photos.querySelectorAll("[data-view]")) button.addEventListener("click", () => tools[button.dataset.view]?.(button));
  for (const button of main.querySelectorAll(".thumbs button")) button.addEventListener("click", () => choosePhoto(Number(button.dataset.photo)));
  for (const image of main.querySelectorAll(".thumbs img")) image.addEventListener("error", () => again(image));
  view.image.addEventListener("error", () => again(view.image));
  new ResizeObserver(place).observe(box);
  showPhoto();
}

export const tools = {
  before: () => step(-1),
  after: () => step(1),
  in: () => zoom(1.4),
  out: () => zoom(1 / 1.4),
  whole,
  marks: (button = view.photos.querySelector("[data-view=marks]")) => {
    view.marks = !view.marks;
    button.setAttribute("aria-pressed", String(view.marks));
    drawMarks();
  },
};

/** Where a pointer is, in px of the upright photo. */
export function inPhoto(event) {
  const frame = view.stage.getBoundingClientRect();
  const photo = state.data.photos[state.photo];
  return [((event.clientX - frame.left) / frame.width) * photo.width, ((event.clientY - frame.top) / frame.height) * photo.height];
}

/** One pixel of the screen, in px of the photo. */
export function pixel() {
  return state.data.photos[state.photo].width / view.stage.getBoundingClientRect().width;
}

/** The photo's elements and how it lies, and what draws over its marks; null while there is none. */
export function surface() {
  return view;
}

export function showPhoto() {
  const photo = state.data.photos[state.photo];
  if (!view || !photo) return;
  Object.assign(view, { scale: 1, x: 0, y: 0, large: false });
  view.image.src = `${photo.href}?size=${SIZE}`;
  view.svg.setAttribute("viewBox", `0 0 ${photo.width} ${photo.height}`);
  const which = view.photos.querySelector(".which");
  which.textContent = which.dataset.which.replace("{number}", state.photo + 1);
  for (const button of document.querySelectorAll(".thumbs button")) {
    const on = Number(button.dataset.photo) === state.photo;
    button.setAttribute("aria-pressed", String(on));
    if (on) button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  place();
}

function step(by) {
  const photos = state.data.photos;
  for (let next = state.photo + by; next >= 0 && next < photos.length; next += by) if (photos[next]) return choosePhoto(next);
}

function whole() {
  Object.assign(view, { scale: 1, x: 0, y: 0 });
  place();
}

function zoom(by, at) {
  const scale = Math.min(MOST, Math.max(1, view.scale * by));
  const frame = view.box.getBoundingClientRect();
  const [px, py] = at ? [at.clientX - frame.left - frame.width / 2, at.clientY - frame.top - frame.height / 2] : [0, 0];
  view.x = px - ((px - view.x) * scale) / view.scale;
  view.y = py - ((py - view.y) * scale) / view.scale;
  view.scale = scale;
  const photo = state.data.photos[state.photo];
  if (scale > 1.3 && !view.large && photo) {
    view.large = true;
    view.image.src = `${photo.href}?size=${LARGE}`;
  }
  place();
}

function drag(event) {
  if (event.button !== 0 || view.drawing) return;
  const start = { x: event.clientX - view.x, y: event.clientY - view.y, at: [event.clientX, event.clientY] };
  const move = (moved) => {
    view.x = moved.clientX - start.x;
    view.y = moved.clientY - start.y;
    place();
  };
  const end = (ended) => {
    view.box.removeEventListener("pointermove", move);
    if (view.pressed !== undefined && Math.hypot(ended.clientX - start.at[0], ended.clientY - start.at[1]) < 4) chooseLine(view.pressed, { show: false });
    delete view.pressed;
  };
  view.box.addEventListener("pointermove", move);
  view.box.addEventListener("pointerup", end, { once: true });
  view.box.setPointerCapture(event.pointerId);
}

/** The photo fitted into its frame, then enlarged and moved, never out of sight. */
function place() {
  const photo = state.data.photos[state.photo];
  if (!photo || !view) return;
  const frame = view.box.getBoundingClientRect();
  const fit = Math.min(frame.width / photo.width, frame.height / photo.height);
  const [width, height] = [photo.width * fit, photo.height * fit];
  const room = [Math.max(0, (width * view.scale - frame.width) / 2), Math.max(0, (height * view.scale - frame.height) / 2)];
  view.x = Math.min(room[0], Math.max(-room[0], view.x));
  view.y = Math.min(room[1], Math.max(-room[1], view.y));
  Object.assign(view.stage.style, { width: `${width}px`, height: `${height}px`, transform: `translate(calc(-50% + ${view.x}px), calc(-50% + ${view.y}px)) scale(${view.scale})` });
  view.photos.querySelector(".percent").textContent = words("zoom", { percent: Math.round(view.scale * 100) });
  view.box.classList.toggle("large", view.scale > 1);
  drawMarks();
}

/** The service makes small pictures one after another; one that was refused is asked for again. */
function again(image) {
  const tries = Number(image.dataset.tries ?? 0);
  if (tries >= 5) return;
  image.dataset.tries = tries + 1;
  const address = image.src;
  setTimeout(() => (image.src = address), 600 * 2 ** tries);
}
