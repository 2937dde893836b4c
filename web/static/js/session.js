// A page that is looked at keeps its session: it is renewed every five minutes while it is visible.

import { call, Refused, words } from "./api.js";
import { tell } from "./toast.js";

const EVERY_MS = 5 * 60 * 1000;
let last = Date.now();

export function keepSession() {
  setInterval(renew, 30 * 1000);
  document.addEventListener("visibilitychange", renew);
}

async function renew() {
  if (document.hidden || Date.now() - last < EVERY_MS) return;
  last = Date.now();
  try {
    await call("POST", "/desk/session/renew");
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    if (fault.status === 401 || fault.status === 403) tell(words("signed_out"), { link: { text: words("sign_in"), href: signIn() }, bad: true });
  }
}

function signIn() {
  return `/desk/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
}
