// Service worker: the shell of the pages opens without network. Nothing of a case and nothing of /v1 is ever kept.

const KEPT = "quickclaim-1";
const OFFLINE = "/offline";
const PAGES = new Set(["/", "/report"]);
const FIRST = [
  OFFLINE,
  ...PAGES,
  "/static/icon.svg",
  ...["tokens", "base", "customer"].map((name) => `/static/css/${name}.css`),
  ...["api", "forms", "swap"].map((name) => `/static/js/${name}.js`),
  ...["again", "camera", "case", "enter", "keep", "marks", "photos", "pins", "report", "sending", "store", "upload", "watch"].map(
    (name) => `/static/js/customer/${name}.js`,
  ),
];
const PATIENCE_MS = 5000;

addEventListener("install", (event) => event.waitUntil(keepFirst().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => clients.claim())));
addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/static/") || PAGES.has(address.pathname)) event.respondWith(fresh(request, address.pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

async function keepFirst() {
  const cache = await caches.open(KEPT);
  await cache.addAll(FIRST.map((address) => new Request(address, { cache: "reload" })));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}

/** What the service has now, kept for later; what was kept, where the service does not answer. */
async function fresh(request, key) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(key);
  const coming = fetch(request).then((answer) => {
    if (answer.ok) cache.put(key, answer.clone());
    return answer;
  });
  if (!kept) return coming;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([coming, late]).catch(() => kept);
}
