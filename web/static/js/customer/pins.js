// Where something is missing: a touch on a photo becomes words of the objection, as a place on that photo.

import { words } from "../api.js";

/** Wire the photos of `main` that can be pointed at. */
export function begin(main) {
  for (const button of main.querySelectorAll("[data-pin]")) button.addEventListener("click", (event) => pin(button, event));
}

/** A key press has no place: then it is the middle of the photo that is meant. */
function pin(button, event) {
  const frame = button.getBoundingClientRect();
  const across = event.detail ? (event.clientX - frame.left) / frame.width : 0.5;
  const down = event.detail ? (event.clientY - frame.top) / frame.height : 0.5;
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.style.left = `${across * 100}%`;
  dot.style.top = `${down * 100}%`;
  button.append(dot);
  const field = document.getElementById(button.dataset.words);
  const told = words("pin", { photo: button.dataset.pin, across: Math.round(across * 100), down: Math.round(down * 100) });
  field.value = `${field.value}${field.value && !field.value.endsWith("\n") ? "\n" : ""}${told} `;
  field.focus();
}
