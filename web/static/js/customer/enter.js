// A customer's link is /c/{claim}#{token}: the token is handed in once and taken out of the address. The browser keeps it where no script
// reads it; whoever wants to send the link on or to save it asks the service for it.

import { call, Refused, words } from "../api.js";
import { refresh } from "../swap.js";

const TOKEN = /^[\w.~-]{16,128}$/;
let link;

/** Hand in the token of the address, where there is one. Returns whether the page was opened by it. */
export async function enter() {
  const token = location.hash.slice(1);
  if (!TOKEN.test(token)) return false;
  const { pathname, search } = location;
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

/** The link can be sent on to another phone, or saved, as long as this browser has the case. */
export function begin(main) {
  const box = main.querySelector("[data-share-box]");
  link = undefined;
  if (!box) return;
  box.hidden = false;
  box.querySelector("[data-share]").addEventListener("click", () => share(box.querySelector("[data-shared]")));
}

/** Asked for once: a second tap has it at hand, as browsers share only what is there right after the tap. */
async function share(said) {
  try {
    link ??= await linkAgain();
    if (navigator.share) {
      await navigator.share({ title: document.title, url: link });
      said.textContent = words("shared");
    } else {
      await navigator.clipboard.writeText(link);
      said.textContent = words("copied");
    }
  } catch (fault) {
    if (fault instanceof Refused) said.textContent = fault.message;
    else if (fault.name !== "AbortError") said.textContent = link;
  }
}

async function linkAgain() {
  const answer = await call("POST", `${location.pathname}/link`);
  return `${location.origin}${location.pathname}#${(await answer.json()).token}`;
}

function waiting(box, on) {
  box.querySelector("[data-opening]").hidden = !on;
  box.querySelector("[data-how]").hidden = on;
}
