// What every page of the desk does: forms, the session, keys, the way in and the language.

import "./forms.js";
import { keepSession } from "./session.js";
import { showHelp } from "./keys.js";

document.documentElement.classList.add("js");
document.querySelector("[data-help]")?.addEventListener("click", showHelp);

for (const link of document.querySelectorAll(".bar a[hreflang]")) {
  const there = new URL(location.href);
  there.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
  link.href = there.pathname + there.search;
}

const way = document.querySelector("form[data-signs-in]");
if (way) way.dataset.then = local(new URLSearchParams(location.search).get("next"));
else keepSession();

/** What the browser kept of a page while somebody was elsewhere may be of a session that has ended. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** Where to go after the sign-in: pages of the desk only, never another site. */
function local(next) {
  if (!next?.startsWith("/desk")) return "/desk";
  const there = new URL(next, location.origin);
  return there.origin === location.origin && /^\/desk(\/|$)/.test(there.pathname) ? there.pathname + there.search : "/desk";
}
