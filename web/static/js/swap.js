// The page's <main>, and its footer where it has one, as the service would render them now, in place of what is shown.

const start = new Map();

/** `begin(main)` runs now and whenever <main> was swapped; what it returns, if anything, ends what it began. */
export function onMain(begin) {
  start.set(begin, begin(document.querySelector("main")));
}

/** Fetch this page anew and show it; `focus` puts the reader at its heading. Returns whether it is shown: not where `unless` says no meanwhile. */
export async function refresh({ focus = true, unless = () => false, address = location.pathname + location.search } = {}) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  } catch {
    return false;
  }
  if (answer.redirected) location.assign(answer.url);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = fresh.querySelector("main");
  if (!main || unless()) return false;
  for (const end of start.values()) if (typeof end === "function") end();
  const held = document.activeElement?.id;
  for (const { id } of document.querySelectorAll("main details[open][id]")) main.querySelector(`details[id="${id}"]`)?.setAttribute("open", "");
  document.title = fresh.title;
  document.querySelector("main").replaceWith(main);
  const foot = fresh.querySelector("footer");
  if (foot) document.querySelector("footer")?.replaceWith(foot);
  for (const begin of start.keys()) start.set(begin, begin(main));
  if (focus) {
    const heading = main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    scrollTo(0, 0);
  } else if (held) document.getElementById(held)?.focus({ preventScroll: true });
  return true;
}
