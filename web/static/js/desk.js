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

const NEW = /^rights\.password_(due|same|too_short|too_long)$/;
const way = document.querySelector("form[data-signs-in]");
if (way) {
  way.dataset.then = local(new URLSearchParams(location.search).get("next"));
  way.addEventListener("refused", ({ detail }) => NEW.test(detail.code) && askForOwn(detail.code !== "rights.password_due"));
  way.elements.login.addEventListener("input", () => own(false));
} else keepSession();

/** What the browser kept of a page while somebody was elsewhere may be of a session that has ended. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** Somebody else chose the password so far: that is no mistake of theirs, a new one that cannot be taken (`wrong`) is. */
function askForOwn(wrong) {
  own(true);
  way.elements.new.focus();
  if (wrong) way.elements.new.setAttribute("aria-invalid", "true");
  else way.querySelector("[data-problem]").className = "note";
}

/** Another login is another person's, whose password stays. */
function own(asked) {
  const field = way.elements.new;
  field.closest("[data-new]").hidden = !asked;
  field.required = asked;
  if (!asked) field.value = "";
}

/** Where to go after the sign-in: pages of the desk only, never another site. */
function local(next) {
  if (!next?.startsWith("/desk")) return "/desk";
  const there = new URL(next, location.origin);
  return there.origin === location.origin && /^\/desk(\/|$)/.test(there.pathname) ? there.pathname + there.search : "/desk";
}
