// Files on their way: kept in the browser until the service has each one, three at a time, over and over if need be.

import { newKey, words } from "../api.js";
import * as store from "./store.js";
import { arrived, serveAs, upload } from "./upload.js";

const AT_ONCE = 3;
const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 60;
const KEPT_MS = 30 * 24 * 3600 * 1000;
const AGAIN = new Set(["request.hash_differs", "request.truncated", "request.too_slow", "request.still_running"]);

/**
 * What waits for one case. Says "changed" with the item whenever something about one changes, and "empty" once
 * nothing waits any more. An item's `state` is waiting, sending, done or refused; `answer` is what the service said of it.
 */
export class Queue extends EventTarget {
  #claim;
  #items = new Map();
  #sending = 0;
  #ended = false;
  #onOnline = () => {
    for (const item of this.#items.values()) item.after = 0;
    this.#pump();
  };

  constructor(claim) {
    super();
    this.#claim = claim;
    addEventListener("online", this.#onOnline);
  }

  get items() {
    return [...this.#items.values()];
  }

  get waiting() {
    return this.items.filter((item) => item.state === "waiting" || item.state === "sending").length;
  }

  /** Take up what an earlier visit left; what nobody came back for is not kept for ever. */
  async open() {
    await store.removeBefore(Date.now() - KEPT_MS).catch(() => {});
    const kept = await store.all(this.#claim).catch(() => []);
    for (const item of kept) this.#join({ ...item, tries: item.tries ?? 1 });
    this.#pump();
  }

  /** A file joins: a photo, perhaps as one of the `shot`s of the list, or a document as a `material`. */
  async add(blob, { name = "photo.jpg", shot, material } = {}) {
    const sha = await digest(blob);
    const id = sha && !material ? `${this.#claim}-${sha}` : newKey();
    if (this.#items.has(id)) return;
    const item = { id, claim: this.#claim, at: Date.now(), name, blob, sha, shot, material };
    await store.put(item).catch(() => {}); // without room in the browser it is still sent from memory
    this.#join({ ...item, tries: 0 });
    this.#pump();
  }

  /** Once: a file that is chosen while an earlier visit's are read is found among those too. */
  #join(item) {
    if (this.#items.has(item.id)) return;
    this.#items.set(item.id, { ...item, state: "waiting", share: 0 });
    this.#say(this.#items.get(item.id));
  }

  async forget(id) {
    this.#items.delete(id);
    await store.remove(id).catch(() => {});
  }

  /** Nothing of the case waits here any more, whichever page put it. */
  async forgetAll() {
    this.#items.clear();
    for (const { id } of await store.all(this.#claim).catch(() => [])) await this.forget(id);
  }

  end() {
    this.#ended = true;
    removeEventListener("online", this.#onOnline);
  }

  #pump() {
    const now = Date.now();
    for (const item of this.#items.values()) {
      if (this.#ended || this.#sending >= AT_ONCE) return;
      if (item.state === "waiting" && (item.after ?? 0) <= now) this.#send(item);
    }
  }

  async #send(item) {
    this.#sending += 1;
    this.#change(item, { state: "sending", share: 0 });
    try {
      const there = item.tries > 0 && (await arrived(item));
      item.answer = there ? { sha256: item.sha, usable: null, verdict: [] } : await upload(item, (share) => this.#change(item, { share }));
      if (item.shot && item.answer.sha256) await serveAs(item.claim, item.shot, item.answer.sha256);
      await store.remove(item.id).catch(() => {});
      this.#change(item, { state: "done" });
    } catch (fault) {
      this.#failed(item, fault);
    } finally {
      this.#sending -= 1;
      this.#pump();
      if (!this.waiting) this.dispatchEvent(new Event("empty"));
    }
  }

  #failed(item, fault) {
    if (!fault.passing && !AGAIN.has(fault.code)) {
      if (fault.status !== 401) store.remove(item.id).catch(() => {}); // the link opens the case again, and then it is sent
      this.#change(item, { state: "refused", said: fault.message || words("failed") });
      return;
    }
    item.tries += 1;
    const wait = Math.max(fault.retryAfter ?? 0, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S ** item.tries)) * (1 + Math.random() / 4);
    item.after = Date.now() + wait * 1000;
    setTimeout(() => this.#pump(), wait * 1000 + 50);
    this.#change(item, { state: "waiting", said: fault.message });
  }

  #change(item, what) {
    Object.assign(item, what);
    this.#say(item);
  }

  #say(item) {
    this.dispatchEvent(new CustomEvent("changed", { detail: item }));
  }
}

async function digest(blob) {
  if (!crypto.subtle) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
