// Photos and documents that wait in this browser (IndexedDB) until the service has confirmed them.

const NAME = "quickclaim";
const STORE = "waiting";

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("claim", "claim");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function work(mode, ask) {
  const transaction = (await database()).transaction(STORE, mode);
  const asked = ask(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keep an item `{ id, claim, blob, … }`; the same id again takes its place. Raises where the browser has no room. */
export const put = (item) => work("readwrite", (store) => store.put(item));

export const remove = (id) => work("readwrite", (store) => store.delete(id));

/** Remove what was put here before a moment (ms), for whichever case. */
export const removeBefore = (moment) =>
  work("readwrite", (store) => {
    const asked = store.openCursor();
    asked.onsuccess = () => {
      if (asked.result?.value.at < moment) asked.result.delete();
      asked.result?.continue();
    };
    return asked;
  });

/** What waits for a case, the oldest first. */
export async function all(claim) {
  const found = await work("readonly", (store) => store.index("claim").getAll(claim));
  return found.sort((one, other) => one.at - other.at);
}
