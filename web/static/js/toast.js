// One sentence at the foot of the page, read aloud as well; it goes by itself unless it leads somewhere.

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

/** What was refused, in its own words. */
export function tellFault(fault) {
  tell([fault.title, fault.message === fault.title ? "" : fault.message].filter(Boolean).join(". "), { bad: true });
}
