// The photo step: shots to take, pictures to choose, and what became of each of them.

import { words } from "../api.js";
import { canLook, look } from "./camera.js";
import { Queue } from "./sending.js";
import { refresh } from "../swap.js";
import { busy } from "./watch.js";

const SHOWN_MS = 1200;
const pictures = new Map();
let queue;

/** Wire the photo step of `main`, where it has one; the queue of a case lives on when the page is swapped. */
export function begin(main) {
  const claim = main.dataset.case;
  if (!claim) return undefined;
  if (!queue) start(claim);
  const box = main.querySelector("[data-photos]");
  for (const field of main.querySelectorAll("[data-material]")) field.addEventListener("change", () => take(field, { material: field.dataset.material }));
  if (box) wire(box);
  for (const item of queue.items) show(item);
  return undefined;
}

function start(claim) {
  queue = new Queue(claim);
  queue.addEventListener("changed", (event) => show(event.detail));
  queue.addEventListener("empty", drained);
  document.addEventListener("sent", ({ target }) => "forgets" in target.dataset && queue.forgetAll());
  queue.open();
}

function wire(box) {
  const capture = box.querySelector("[data-capture]");
  const choose = box.querySelector("[data-choose]");
  const shots = [...box.querySelectorAll("[data-shot]")].map((button) => ({
    shot: button.dataset.shot,
    outline: button.querySelector("svg"),
    caption: button.querySelector("span").firstChild.textContent.trim(),
    button,
  }));
  const wishes = [...box.querySelectorAll("[data-wish]")].map((wish) => ({ caption: wish.textContent }));
  const others = wishes.length ? wishes : [{ caption: words("free_shot") }];
  const open = async (wanted) => {
    if (canLook() && (await look(wanted, (blob, shot) => accept(box, blob, { shot }), settle))) return;
    capture.onchange = () => take(capture, { shot: wanted[0].shot });
    capture.click();
  };
  shots.forEach((one, index) => one.button.addEventListener("click", () => open(shots.slice(index))));
  box.querySelector("[data-camera]").addEventListener("click", () => open(shots.length ? shots : others));
  choose.addEventListener("change", () => take(choose, {}));
  box.querySelector("[data-send]")?.addEventListener("submit", hold);
}

function take(field, as) {
  for (const file of field.files) accept(field.closest("[data-most]"), file, { ...as, name: file.name });
  field.value = "";
}

function accept(box, blob, as) {
  const most = Number(box.dataset.most);
  if (blob.size <= most) queue.add(blob, as);
  else say(box, words("too_large", { megabytes: Math.ceil(blob.size / 2 ** 20), limit: Math.floor(most / 2 ** 20) }));
}

/** What is pressed while photos are on their way happens once they are there. */
function hold(event) {
  if (!queue.waiting) return;
  event.preventDefault();
  event.stopPropagation();
  event.target.dataset.held = "";
  event.target.querySelector("button").setAttribute("aria-busy", "true");
  say(event.target.closest("[data-photos]"), words("held"));
}

function drained() {
  const held = document.querySelector("[data-held]");
  if (!held) return void setTimeout(settle, SHOWN_MS);
  delete held.dataset.held;
  held.requestSubmit(held.querySelector("button"));
}

/** What is there is shown as the service has it, once nothing is on its way. */
async function settle() {
  const done = queue.items.filter((item) => item.state === "done");
  if (queue.waiting || !done.length) return;
  if (busy()) return void setTimeout(settle, SHOWN_MS);
  for (const item of done) await queue.forget(item.id);
  await refresh({ focus: false, unless: busy });
}

function show(item) {
  const box = document.querySelector(item.material ? "[data-documents]" : "[data-photos]");
  if (!box) return;
  if (item.material) return say(box, item.said ?? words(item.state));
  const list = box.querySelector("[data-taken]");
  box.querySelector("[data-waits]")?.toggleAttribute("hidden", !queue.items.some((one) => !one.material && one.state !== "refused"));
  const row = list.querySelector(`[data-id="${item.id}"]`) ?? list.appendChild(newRow(item));
  row.className = verdict(item);
  row.querySelector("strong").textContent = words(row.className);
  row.querySelector("p").textContent = item.answer ? item.answer.verdict.map((one) => one.text).join(" ") : item.said ?? "";
  row.querySelector("progress").hidden = item.state !== "sending";
  row.querySelector("progress").value = item.share ?? 0;
  if (item.answer) document.querySelector("[data-told]").textContent = row.querySelector("div").innerText;
  if (item.shot) document.getElementById(item.shot)?.classList.add("taken");
  say(box, queue.waiting ? words("left", { count: queue.waiting }) : "");
}

function verdict({ state, answer }) {
  if (state !== "done") return state;
  return answer.usable === false ? "unusable" : answer.verdict.length ? "advice" : "usable";
}

function newRow(item) {
  if (!pictures.has(item.id)) pictures.set(item.id, URL.createObjectURL(item.blob));
  const row = document.createElement("li");
  row.dataset.id = item.id;
  const image = Object.assign(document.createElement("img"), { src: pictures.get(item.id), alt: item.name, width: 160, height: 120 });
  image.addEventListener("error", () => image.replaceWith(Object.assign(document.createElement("span"), { className: "unread aside", textContent: item.name })));
  const text = document.createElement("div");
  text.append(document.createElement("strong"), document.createElement("p"), Object.assign(document.createElement("progress"), { max: 1 }));
  text.querySelector("p").className = "aside";
  row.append(image, text);
  return row;
}

function say(box, text) {
  box.querySelector("[data-said]").textContent = text;
}
