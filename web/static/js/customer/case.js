// The page of a case: its link is handed in, then photos, the result and what follows are wired, anew after each swap.

import "../forms.js";
import { begin as beginLink, enter } from "./enter.js";
import { begin as beginMarks } from "./marks.js";
import { begin as beginPhotos } from "./photos.js";
import { begin as beginPins } from "./pins.js";
import { onMain, refresh } from "../swap.js";
import { begin as beginWatch } from "./watch.js";

const OVERTAKEN = new Set(["claim.impossible_move", "claim.offer_over"]);
const PICTURE_AGAIN_MS = 1500;
const PICTURE_TRIES = 4;

await enter();
for (const begin of [beginLink, beginPhotos, beginMarks, beginPins, beginWatch]) onMain(begin);

/** What the browser kept of the page while somebody was elsewhere may be of a case that was put away. */
addEventListener("pageshow", ({ persisted }) => persisted && refresh({ focus: false }));

/** What was said and sent is not asked again. */
document.addEventListener("sent", ({ target }) => target.closest("details")?.removeAttribute("open"));

/** Another page of the case was quicker: this one shows where it is now, unless something typed would be lost. */
document.addEventListener("refused", ({ target, detail }) => {
  if (OVERTAKEN.has(detail.code) && ![...target.querySelectorAll("textarea")].some((field) => field.value)) refresh();
});

/** A service with many photos at a time asks to come again: a picture that did not come is asked for once more. */
document.addEventListener(
  "error",
  ({ target }) => {
    const tried = Number(target.dataset?.tried ?? 0);
    if (target.tagName !== "IMG" || tried >= PICTURE_TRIES || target.src.startsWith("blob:")) return;
    target.dataset.tried = tried + 1;
    setTimeout(() => (target.src = `${target.src.split("&again")[0]}&again=${tried + 1}`), PICTURE_AGAIN_MS * (tried + 1));
  },
  true,
);
