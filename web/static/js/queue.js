// The queue: j and k move, Enter opens, t takes the next case; it looks again by itself every minute.

import { words } from "./api.js";
import { listen } from "./keys.js";
import { onMain, refresh } from "./swap.js";
import { tell, tellKept } from "./toast.js";

const EVERY_MS = 60 * 1000;
let chosen = null;

onMain((main) => {
  if (chosen) main.querySelector(`[data-row] a[href="${chosen}"]`)?.closest("tr").classList.add("on");
  for (const row of main.querySelectorAll("[data-row]")) {
    row.addEventListener("focusin", () => mark(row));
    row.addEventListener("click", (event) => {
      if (!event.target.closest("a")) row.querySelector("a").click();
    });
  }
});

listen({
  down: () => move(1),
  up: () => move(-1),
  open: () => document.querySelector("[data-row].on a")?.click(),
  next: () => document.querySelector("[data-takes-next]").requestSubmit(),
  all: () => narrow(0),
  mine: () => narrow(1),
  overdue: () => narrow(2),
  reload: () => refresh({ focus: false }),
});

document.addEventListener("sent", (event) => {
  if (!event.target.matches("[data-takes-next]")) return;
  const answer = event.detail;
  if (answer.status === 204) tell(words("nothing"));
  else location.assign(`/desk/claims/${answer.headers.get("Location").split("/").pop()}`);
});

tellKept();
setInterval(() => {
  if (!document.hidden && !document.querySelector("dialog[open], .bar :focus, form :focus")) again();
}, EVERY_MS);

async function again() {
  const here = document.activeElement?.closest("[data-row]");
  await refresh({ focus: false });
  if (here && chosen) document.querySelector(`[data-row] a[href="${chosen}"]`)?.focus();
}

function move(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.classList.contains("on"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  next?.querySelector("a").focus();
}

function mark(row) {
  for (const other of document.querySelectorAll("[data-row].on")) other.classList.remove("on");
  row.classList.add("on");
  chosen = row.querySelector("a").getAttribute("href");
}

function narrow(number) {
  document.querySelectorAll(".chips a")[number].click();
}
