// One case on one screen: photos and lines point at each other, every step has a key, nothing typed is lost.

import { beginBox, draw } from "./box.js";
import { read, state } from "./case_state.js";
import { undo } from "./correct.js";
import { press } from "./dialogs.js";
import { beginEditor, edit } from "./editor.js";
import { beginHands } from "./hands.js";
import { listen } from "./keys.js";
import { beginLines, moveLine, showLine, showSimilar } from "./lines.js";
import { drawMarks } from "./marks.js";
import { onMain } from "./swap.js";
import { beginTabs, keepTab, nextTab } from "./tabs.js";
import { beginViewer, showPhoto, tools } from "./viewer.js";

document.addEventListener("line", (event) => {
  showLine(event.detail);
  drawMarks();
});
document.addEventListener("photo", showPhoto);
document.addEventListener("corrected", drawMarks);
document.addEventListener("renewed", () => {
  keepTab();
  beginLines();
  begun(document.getElementById("lines"));
  drawMarks();
});

onMain((main) => {
  read();
  beginViewer(main);
  beginTabs(main);
  beginEditor(main);
  const ends = [beginBox(main), beginHands(main)];
  beginLines();
  begun(main);
  if (state.data) listenToCase();
  return () => ends.forEach((end) => end?.());
});

function listenToCase() {
  listen({
    down: () => moveLine(1),
    up: () => moveLine(-1),
    tab: () => nextTab(1),
    similar: showSimilar,
    photo_next: () => tools.after(),
    photo_before: () => tools.before(),
    zoom_in: () => tools.in(),
    zoom_out: () => tools.out(),
    whole: () => tools.whole(),
    marks: () => tools.marks(),
    ...Object.fromEntries(["severity", "operation", "kind", "part", "side"].map((name) => [name, () => edit(name)])),
    edit: () => edit("all"),
    remove: () => edit("remove"),
    add: () => edit("add"),
    box: draw,
    undo,
  });
}

function begun(main) {
  for (const button of main.querySelectorAll("[data-edit]")) button.addEventListener("click", () => (button.dataset.edit === "undo" ? undo() : edit(button.dataset.edit)));
  const notice = main.querySelector("[data-notice]");
  notice?.addEventListener("click", () => inFull(notice));
}

async function inFull(button) {
  const answer = await fetch(button.dataset.notice, { credentials: "same-origin" });
  const facts = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-facts]");
  if (facts) document.querySelector("#notice [data-facts]").replaceWith(facts);
  button.hidden = true;
}

listen({
  queue: () => location.assign("/desk"),
  ...Object.fromEntries(["take", "approve", "decline", "ask_photo", "ask_materials", "escalate", "return", "send_third_party", "third_party_answered", "suspect", "clear", "refer", "recall", "release"].map((name) => [name, () => press(name)])),
});
