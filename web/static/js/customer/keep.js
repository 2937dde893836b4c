// The browser keeps the shell of the pages for the time without network (worker.js).
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js").catch(() => {});
