// One file on its way to the service, with its progress: fetch cannot tell how far an upload is.

import { call, Refused, words } from "../api.js";

const STILL_MS = 60_000;

/**
 * Send `item` and give what the service answered (a document). Raises `Refused`; `told(share)` hears how much has
 * gone. A file without its hash, where the page is not on a secure origin, goes as a form and is hashed there.
 */
export async function upload(item, told) {
  const base = `/v1/claims/${item.claim}`;
  if (item.material) return send("POST", `${base}/materials/${item.material}`, item.blob, item.id, told);
  if (item.sha) return send("PUT", `${base}/photos/${item.sha}`, item.blob, item.id, told);
  const form = new FormData();
  form.append("photos", item.blob, item.name);
  return (await send("POST", `${base}/photos`, form, item.id, told)).photos[0];
}

/** Whether the service has this photo already: what got no answer may have arrived. */
export async function arrived(item) {
  if (!item.sha || item.material) return false;
  try {
    await call("HEAD", `/v1/claims/${item.claim}/photos/${item.sha}`);
    return true;
  } catch (fault) {
    if (fault instanceof Refused && fault.status === 404) return false;
    throw fault;
  }
}

/** A photo of the case serves as one of the shots that are asked for. */
export const serveAs = (claim, shot, photo) =>
  call("POST", `/v1/claims/${claim}/materials/${shot}`, { json: { photo }, key: `${shot}-${photo}` });

function send(method, path, body, key, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", document.documentElement.lang.slice(0, 2));
    request.setRequestHeader("X-QuickClaim-Page", document.documentElement.dataset.page);
    if (!(body instanceof FormData)) request.setRequestHeader("Content-Type", "application/octet-stream");
    if (method === "POST") request.setRequestHeader("Idempotency-Key", key);
    let still = setTimeout(() => request.abort(), STILL_MS);
    request.upload.onprogress = (event) => {
      clearTimeout(still);
      still = setTimeout(() => request.abort(), STILL_MS);
      told(event.loaded / (event.total || 1));
    };
    request.onloadend = () => {
      clearTimeout(still);
      const answer = read(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer) resolve(answer);
      else reject(refused(request, answer));
    };
    request.send(body);
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(request, answer) {
  const problem = answer ?? { code: "page.offline", title: words(request.status ? "failed" : "offline") };
  return new Refused(request.status, problem, Number(request.getResponseHeader("Retry-After")) || 0);
}
