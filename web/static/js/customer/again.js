// The page for the time without network: it asks again and again whether there is one, and then shows what was wanted.

const FIRST_MS = 1000;
const LONGEST_MS = 15_000;
const wanted = location.pathname !== "/offline";
let wait = FIRST_MS;
let timer = wanted ? setTimeout(look, wait) : 0;

addEventListener("online", look);
document.querySelector("[data-again]").addEventListener("click", (event) => {
  event.preventDefault();
  location.reload();
});

/** "Online" comes before the first request gets through. */
async function look() {
  clearTimeout(timer);
  const there = await fetch("/livez", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  if (there && wanted) return location.reload();
  wait = Math.min(LONGEST_MS, 2 * wait);
  if (wanted) timer = setTimeout(look, wait);
}
