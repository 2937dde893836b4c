// Keys of the desk. One table says which key does what; a page gives the handlers that it has; `?` lists those.

import { words } from "./api.js";

const TABLE = [
  ["move", "down", ["j"]],
  ["move", "up", ["k"]],
  ["move", "open", ["Enter"]],
  ["move", "tab", ["."]],
  ["move", "similar", ["i"]],
  ["move", "queue", ["q"]],
  ["queue", "next", ["t"]],
  ["queue", "all", ["a"]],
  ["queue", "mine", ["m"]],
  ["queue", "overdue", ["o"]],
  ["queue", "reload", ["r"]],
  ["correct", "severity", ["s"]],
  ["correct", "operation", ["o"]],
  ["correct", "kind", ["d"]],
  ["correct", "part", ["p"]],
  ["correct", "side", ["l"]],
  ["correct", "edit", ["e"]],
  ["correct", "remove", ["x"]],
  ["correct", "add", ["a"]],
  ["correct", "box", ["b"]],
  ["correct", "undo", ["u"]],
  ["draw", "draw_outline", ["o"]],
  ["draw", "draw_corner", ["Space"]],
  ["draw", "draw_move", ["←", "↑", "→", "↓"]],
  ["draw", "draw_size", ["⇧←", "⇧↑", "⇧→", "⇧↓"]],
  ["draw", "draw_new", ["n"]],
  ["draw", "draw_erase", ["Delete"]],
  ["draw", "draw_keep", ["Enter"]],
  ["draw", "draw_stop", ["Escape"]],
  ["photo", "photo_next", ["n", "]"]],
  ["photo", "photo_before", ["N", "["]],
  ["photo", "zoom_in", ["+", "="]],
  ["photo", "zoom_out", ["-"]],
  ["photo", "whole", ["0"]],
  ["photo", "marks", ["h"]],
  ["decide", "take", ["t"]],
  ["decide", "approve", ["A"]],
  ["decide", "decline", ["D"]],
  ["decide", "ask_photo", ["P"]],
  ["decide", "ask_materials", ["M"]],
  ["decide", "escalate", ["E"]],
  ["decide", "return", ["R"]],
  ["decide", "send_third_party", ["T"]],
  ["decide", "third_party_answered", ["I"]],
  ["decide", "suspect", ["S"]],
  ["decide", "clear", ["C"]],
  ["decide", "refer", ["F"]],
  ["decide", "recall", ["B"]],
  ["decide", "release", ["L"]],
].map(([group, name, keys]) => ({ group, name, keys }));
const GROUPS = ["queue", "move", "photo", "correct", "draw", "decide"];
const SIGNS = { Enter: "↵", Space: "␣", Delete: "⌦", Escape: "Esc" };
const NATIVE = "a, button, summary, [role='tab'], input, label";

let handlers = {};

/** `given` are functions by the names of the table; a page has those that it needs. */
export function listen(given) {
  handlers = { ...handlers, ...given };
}

/** Whether somebody types there: then no key of the table fires. */
export function types(target) {
  if (!(target instanceof Element)) return false;
  const field = target.closest("input, textarea, select, [contenteditable='true']");
  return Boolean(field) && !["radio", "checkbox", "button", "submit"].includes(field.type);
}

/** The overlay that lists the keys of this page. */
export function showHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: words("help") });
  const lead = Object.assign(document.createElement("p"), { className: "aside", textContent: words("help_lead") });
  const groups = document.createElement("div");
  groups.className = "groups";
  groups.append(...GROUPS.map(group).filter(Boolean));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "second", textContent: words("close") });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, lead, groups, close);
  document.body.append(dialog);
  dialog.showModal();
}

function group(name) {
  const mine = TABLE.filter((key) => key.group === name && works(key));
  if (!mine.length) return null;
  const section = document.createElement("section");
  const list = document.createElement("dl");
  for (const key of mine) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    for (const one of key.keys) term.append(Object.assign(document.createElement("kbd"), { textContent: SIGNS[one] ?? one }), " ");
    row.append(term, Object.assign(document.createElement("dd"), { textContent: words(`key.${key.name}`) }));
    list.append(row);
  }
  section.append(Object.assign(document.createElement("h3"), { textContent: words(`group.${name}`) }), list);
  return section;
}

/** Whether a key does something on this page; those of a drawing are heard by box_keys.js. */
function works({ group, name }) {
  if (group === "draw") return document.querySelector("[data-view=draw]");
  return handlers[name] && (group !== "decide" || document.querySelector(`[data-do="${name}"]`));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showHelp();
    return;
  }
  if (event.key === "Enter" && event.target.closest?.(NATIVE)) return;
  const meant = TABLE.find((key) => key.keys.includes(event.key) && handlers[key.name]);
  if (!meant) return;
  event.preventDefault();
  handlers[meant.name](event);
});
