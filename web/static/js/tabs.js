// Pages about the case, one at a time: tabs as in the ARIA patterns.

let shown = "details";

export function beginTabs(main) {
  const list = main.querySelector("[role=tablist]");
  if (!list) return;
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) showTab(nameOf(tab));
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) nextTab(by).focus();
  });
  showTab(shown);
}

/** Show a page by its name. */
export function showTab(name) {
  shown = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const on = nameOf(tab) === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
  }
}

export function keepTab() {
  showTab(shown);
}

/** The next page, or the one before; returns its tab. */
export function nextTab(by = 1) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.findIndex((tab) => nameOf(tab) === shown) + by + tabs.length) % tabs.length];
  showTab(nameOf(next));
  return next;
}

function nameOf(tab) {
  return tab.id.replace("tab-", "");
}
