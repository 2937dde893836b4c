// A case stays in the hands of who works on it: while they do, its term is extended; when they do not, it goes back.

import { call, Refused, words } from "./api.js";
import { renew } from "./renew.js";
import { tell, tellFault } from "./toast.js";

const SOON_MS = 10 * 60 * 1000;
const ACTIVE_MS = 4 * 60 * 1000;
let active = Date.now();

for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, () => (active = Date.now()), { passive: true, capture: true });

export function beginHands(main) {
  const holder = main.querySelector("[data-until]");
  if (!holder) return undefined;
  const timer = setInterval(() => watch(main.dataset.claim), 30 * 1000);
  return () => clearInterval(timer);
}

async function watch(claim) {
  const holder = document.querySelector("[data-until]");
  if (!holder) return;
  const left = new Date(holder.dataset.until) - Date.now();
  if (left > SOON_MS || left < 0) return;
  if (Date.now() - active > ACTIVE_MS) {
    tell(words("minutes_left", { minutes: Math.ceil(left / 60000) }));
    return;
  }
  try {
    await call("POST", `/v1/reviews/${claim}/extend`);
    await renew();
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    tellFault(fault);
  }
}
