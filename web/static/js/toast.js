// One sentence at the foot of the page, read aloud as well; it goes by itself unless it leads somewhere.

const KEPT = "quickclaim.told";
let timer;

/** Tell `text`; `link` is `{ text, href }` to go on to. */
export function tell(text, { link, bad = false } = {}) {
  const box = document.getElementById("told");
  clearTimeout(timer);
  box.replaceChildren(text);
  box.classList.toggle("bad", bad);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    box.append(" ", anchor);
    return;
  }
  timer = setTimeout(() => box.replaceChildren(), 6000);
}

/** Tell `text` on the page that is opened next. */
export function tellThere(text) {
  sessionStorage.setItem(KEPT, text);
}

/** Tell what the page before left to be told. */
export function tellKept() {
  const text = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (text) tell(text);
}

/** What was refused, in its own words. */
export function tellFault(fault) {
  tell([fault.title, fault.message === fault.title ? "" : fault.message].filter(Boolean).join(". "), { bad: true });
}
