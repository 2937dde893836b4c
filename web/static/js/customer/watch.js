// What changes in a case shows by itself: the page asks with the ETag that it has, more seldom the longer nothing comes.

import { call, Refused } from "../api.js";
import { refresh } from "../swap.js";

const GROWS = 1.3;
const LONGEST_S = 30;

/** Look after `data-look` seconds and again, while somebody sees the page; ends with what it returns. */
export function begin(main) {
  const { case: claim, tag, look } = main.dataset;
  let wait = Number(look);
  if (!claim || !wait) return undefined;
  let timer;
  let looking = false;
  let over = false;
  const later = () => {
    timer = setTimeout(check, wait * 1000);
    wait = Math.min(LONGEST_S, wait * GROWS);
  };
  const check = async () => {
    if (document.hidden || busy(main)) return later();
    looking = true;
    const changed = await news(claim, tag).catch((fault) => fault instanceof Refused && fault.status === 404);
    const shown = changed && (await refresh({ focus: false, unless: () => over || busy(main) }));
    looking = false;
    if (shown) tell();
    else if (!over) later();
  };
  const seen = () => {
    if (document.hidden || looking) return;
    clearTimeout(timer);
    check();
  };
  document.addEventListener("visibilitychange", seen);
  later();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** Who does not see the page hears what is new on it. */
function tell() {
  document.querySelector("[data-told]").textContent = document.querySelector("h1").textContent;
}

async function news(claim, tag) {
  const answer = await call("GET", `/v1/claims/${claim}`, { headers: { "If-None-Match": tag } });
  return answer.status !== 304;
}

/** Whether somebody is at something that a fresh page would take away from under them. */
export function busy(main = document.querySelector("main")) {
  const typed = [...main.querySelectorAll("input:not([type]), textarea")].some((field) => field.value !== field.defaultValue);
  return typed || Boolean(document.querySelector("dialog[open], form[aria-busy='true']"));
}
