// The parts of the page that an estimate changes, fetched anew: photos, what is typed and what is chosen stay.

import { read, state, tell } from "./case_state.js";
import { refresh } from "./swap.js";

let turns = 0;

/** Returns what was shown before and what is shown now, as { before, after }; null where the page could not be had. */
export async function renew() {
  const before = state.data;
  const turn = (turns += 1);
  let answer;
  try {
    answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  } catch {
    return null;
  }
  if (answer.redirected) location.assign(answer.url);
  const text = await answer.text();
  if (turn !== turns) return null;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const parts = [...document.querySelectorAll("main [data-live]")];
  if (!fresh.getElementById("case-data") || parts.some((part) => !fresh.getElementById(part.id))) {
    await refresh({ focus: false });
    return { before, after: state.data };
  }
  const scrolled = document.querySelector("#lines .scroll")?.scrollTop;
  for (const part of parts) part.replaceWith(fresh.getElementById(part.id));
  for (const dialog of document.querySelectorAll("main dialog[id^=do-]:not([open])")) {
    const now = fresh.getElementById(dialog.id);
    if (now) dialog.replaceWith(now);
    else dialog.remove();
  }
  for (const part of document.querySelectorAll("main dialog[open] [data-told]")) {
    const now = fresh.getElementById(part.closest("dialog").id)?.querySelector(`[data-told="${part.dataset.told}"]`);
    if (now) part.replaceWith(now);
    else part.remove();
  }
  for (const dialog of fresh.querySelectorAll("main dialog[id^=do-]")) if (!document.getElementById(dialog.id)) document.querySelector("main").append(dialog);
  read();
  const scroll = document.querySelector("#lines .scroll");
  if (scroll && scrolled !== undefined) scroll.scrollTop = scrolled;
  tell("renewed");
  return { before, after: state.data };
}
