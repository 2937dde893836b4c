// A customer's link is /c/{claim}#{token}: the token is handed in once, taken out of the address, and forgotten with the page.

import { call, words } from "../api.js";
import { refresh } from "../swap.js";

const TOKEN = /^[\w.~-]{16,128}$/;
let link;

/** Hand in the token of the address, where there is one. Returns whether the page was opened by it. */
export async function enter() {
  const token = location.hash.slice(1);
  if (!TOKEN.test(token)) return false;
  const { pathname, search } = location;
  link = location.origin + pathname + location.hash;
  history.replaceState(null, "", pathname + search);
  const box = document.querySelector("[data-enter]");
  if (!box) return true;
  waiting(box, true);
  try {
    await call("POST", box.dataset.enter, { json: { token } });
    return await refresh();
  } catch (fault) {
    waiting(box, false);
    const wrong = box.querySelector("[data-wrong]");
    wrong.hidden = false;
    wrong.textContent = fault.status === 401 ? words("link_wrong") : fault.message;
    return false;
  }
}

/** While the page knows the link of its case, it can be sent on to another phone. */
export function begin(main) {
  const box = main.querySelector("[data-share-box]");
  if (!box) link = undefined;
  if (!link) return;
  box.hidden = false;
  box.querySelector("[data-share]").addEventListener("click", () => share(box.querySelector("[data-shared]")));
}

async function share(said) {
  const url = link;
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, url });
      said.textContent = words("shared");
    } else {
      await navigator.clipboard.writeText(url);
      said.textContent = words("copied");
    }
  } catch {
    said.textContent = url;
  }
}

function waiting(box, on) {
  box.querySelector("[data-opening]").hidden = !on;
  box.querySelector("[data-how]").hidden = on;
}
