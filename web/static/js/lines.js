// The table of lines: which is chosen, by mouse or keys, what is told of it, and what earlier cases came to.

import { words } from "./api.js";
import { chooseLine, choosePhoto, lineOf, state } from "./case_state.js";
import { point } from "./marks.js";
import { showTab } from "./tabs.js";

export function beginLines() {
  const table = document.getElementById("lines");
  if (!table) return;
  for (const row of table.querySelectorAll("tr[data-line]")) {
    const number = Number(row.dataset.line);
    row.addEventListener("click", () => chooseLine(number));
    row.addEventListener("pointerenter", () => point(number, true));
    row.addEventListener("pointerleave", () => point(number, false));
  }
  for (const button of document.querySelectorAll(".detail [data-photo]")) button.addEventListener("click", () => choosePhoto(Number(button.dataset.photo)));
  for (const button of document.querySelectorAll("[data-similar]")) button.addEventListener("click", () => similar(button));
  if (!state.data?.lines.length) showTab("facts");
  if (state.line === null && state.data?.lines.length) chooseLine((state.data.lines.find((line) => !line.removed) ?? state.data.lines[0]).number);
  else showLine();
}

/** The chosen line stands out in the table, and its details are shown. */
export function showLine({ focus = false } = {}) {
  for (const row of document.querySelectorAll("tr[data-line]")) {
    const on = Number(row.dataset.line) === state.line;
    row.classList.toggle("on", on);
    row.querySelector(".pick").setAttribute("aria-pressed", String(on));
    if (on) row.scrollIntoView({ block: "nearest" });
    if (on && focus) row.querySelector(".pick").focus({ preventScroll: true });
  }
  for (const detail of document.querySelectorAll(".detail")) detail.classList.toggle("on", detail.id === `line-${state.line}`);
  document.querySelector("#panel-details .none")?.toggleAttribute("hidden", state.line !== null);
  const remove = document.querySelector("[data-edit=remove]");
  if (remove) remove.disabled = state.line === null;
}

export function moveLine(by) {
  const numbers = state.data?.lines.map((line) => line.number) ?? [];
  const at = numbers.indexOf(state.line);
  const next = numbers[Math.min(numbers.length - 1, Math.max(0, at + by))];
  if (next !== undefined) chooseLine(next, { focus: true });
  const line = lineOf(next);
  if (line) document.getElementById("viewer-told").textContent = words("chosen", { line: next + 1, text: line.text });
}

export function showSimilar() {
  showTab("details");
  const button = document.querySelector(`#line-${state.line} [data-similar]`);
  if (button) similar(button);
}

async function similar(button) {
  const answer = await fetch(button.dataset.similar, { credentials: "same-origin" });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-fragment]");
  if (!found) return;
  const place = button.closest(".detail").querySelector(".similar");
  place.replaceChildren(found);
  place.scrollIntoView({ block: "nearest" });
}
