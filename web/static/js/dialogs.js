// What is decided about a case is asked for in dialogs; an approval of what somebody has changed since shows the change.

import { words } from "./api.js";
import { state } from "./case_state.js";
import { differences } from "./correct.js";
import { renew } from "./renew.js";
import { tell, tellThere } from "./toast.js";

document.addEventListener("click", (event) => {
  if (!event.target.closest("details.more")) document.querySelector("details.more[open]")?.removeAttribute("open");
  const opens = event.target.closest("[data-opens]");
  if (opens) ask(opens.dataset.opens);
  else if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});

/** Whoever approves without knowing the cover says why. */
document.addEventListener("change", ({ target }) => {
  const cover = target.closest("[data-cover]");
  if (cover) cover.form.elements.words.required = Boolean(cover.querySelector("[data-needs-words]:checked"));
});

document.addEventListener("keydown", (event) => {
  const more = event.key === "Escape" && document.querySelector("details.more[open]");
  if (!more) return;
  more.removeAttribute("open");
  more.querySelector("summary").focus();
});

document.addEventListener("sent", ({ target }) => {
  if (!target.dataset.then || !target.closest("dialog")) return;
  tellThere(words("done", { what: target.querySelector("h2").textContent, number: document.querySelector("#case-head h1").textContent }));
});

document.addEventListener("refused", async (event) => {
  const form = event.target;
  if (event.detail.code === "review.cover_in_doubt") return askAgain(form.closest("dialog"));
  if (event.detail.status !== 412) return;
  const both = await renew();
  if (!both) return;
  if (!both.before || !both.after) return tell(words("changed_by_other"));
  form.dataset.version = `"${state.data.version}"`;
  const { title, told } = differences(both);
  const list = document.createElement("ul");
  list.append(...told.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  form.querySelector("[data-problem]")?.replaceChildren(Object.assign(document.createElement("p"), { textContent: title }), list);
});

/** What was stated about the cover since the page was made stands in the dialog once it is made anew. */
async function askAgain(dialog) {
  dialog?.close();
  if ((await renew()) && dialog) ask(dialog.id);
}

/** Open a dialog of the page; nothing where the action is not open. */
export function ask(id) {
  const dialog = document.getElementById(id);
  document.querySelector("details.more[open]")?.removeAttribute("open");
  if (!dialog) return;
  dialog.showModal();
  dialog.querySelector("textarea, input:not([type=checkbox]), input, select, button")?.focus();
}

/** The keys of what may be done now. */
export function press(name) {
  const button = document.querySelector(`[data-do="${name}"]`);
  if (button) button.click();
  else tell(words("read_only"));
}
