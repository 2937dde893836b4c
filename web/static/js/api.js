// Requests to /v1 as the page's own user: the cookie says who, X-QuickClaim-Page says that it is a page that asks.

const page = document.documentElement.dataset.page;
const language = document.documentElement.lang.slice(0, 2);

/** What the service said instead of what was asked for; `status` is 0 where nobody answered. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail || problem.title);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/**
 * The answer to a request. Raises `Refused`. `json` is sent as a document, `body` as it is. The same `key` is the same
 * request: whoever repeats one that got no answer passes the key again.
 */
export async function call(method, path, { json, body, key, version, headers = {}, signal } = {}) {
  const sent = new Headers({ Accept: "application/json", "Accept-Language": language, "X-QuickClaim-Page": page, ...headers });
  if (json !== undefined) sent.set("Content-Type", "application/json");
  if (method === "POST") sent.set("Idempotency-Key", key ?? newKey());
  if (version) sent.set("If-Match", version);
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: json === undefined ? body : JSON.stringify(json), signal, credentials: "same-origin" });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refused(0, { code: "page.offline", title: words("offline") });
  }
  if (!answer.ok && answer.status !== 304) throw await refused(answer);
  return answer;
}

/** A key of its own for a request. `crypto.randomUUID` is there on secure origins only. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A sentence of the page in its language, with its facts filled in. */
export function words(name, facts = {}) {
  const sentence = sentences()[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (all, fact) => facts[fact] ?? all);
}

let read;
function sentences() {
  read ??= JSON.parse(document.getElementById("words")?.textContent ?? "{}");
  return read;
}

async function refused(answer) {
  let problem = { code: "service.failed", title: words("failed") };
  if (answer.headers.get("Content-Type")?.includes("json")) problem = await answer.json().catch(() => problem);
  return new Refused(answer.status, problem, Number(answer.headers.get("Retry-After")) || 0);
}
