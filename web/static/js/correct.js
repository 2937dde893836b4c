// A correction: sent with the version that was seen, then the estimate is shown as it is; undone by a correction back.

import { call, Refused, words } from "./api.js";
import { tell as announce, state } from "./case_state.js";
import { renew } from "./renew.js";
import { tell, tellFault } from "./toast.js";

const WORK = ["part", "side", "operation", "kind", "severity"];
const AMOUNTS = ["hours", "labour", "paint", "parts", "other"];
const done = [];
let line = Promise.resolve();

/** Send changes, after those that are under way. Raises `Refused`. */
export function correct(changes, given) {
  const sent = line.then(() => send(changes, given));
  line = sent.catch(() => null);
  return sent;
}

async function send(changes, { undoes = false } = {}) {
  const before = state.data;
  tell(words("sending"));
  const answer = await call("POST", `/v1/reviews/${before.claim}/corrections`, { json: { changes }, version: `"${before.version}"` });
  const told = await answer.json();
  take(told);
  if (!undoes) done.push({ changes, before });
  tell(words(undoes ? "undone" : "total", { total: money(told.total), before: money(before.total), currency: told.currency }));
  renew();
}

/** Total and lines follow at once; the rest of the page is fetched meanwhile. */
function take(told) {
  const lines = told.lines.map((line) => ({ ...(line.human ?? line.machine), number: line.number, own: line.touches.length > 0, removed: line.removed, added: !line.machine, amount: line.amount, priced: line.priced, marks: line.marks }));
  state.data = { ...state.data, version: told.version, total: told.total, lines };
  const total = document.querySelector(".totals .big");
  total.querySelector("dd").firstChild.textContent = `${money(told.total)} `;
  total.classList.add("fresh");
  announce("corrected");
}

/** The last correction of this page, back. */
export async function undo() {
  const last = done.pop();
  if (!last) return tell(words("no_undo"));
  try {
    await correct(last.changes.map((change) => inverse(change, last.before)), { undoes: true });
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    tellFault(fault);
    if (fault.status === 412) await renew();
  }
}

/** What happened to the case between two looks, as { title, told }. */
export function differences(both) {
  const changed = changes(both);
  const came = arrivals(both);
  const told = [...changed, ...came];
  const title = words(came.length && !changed.length ? "came_meanwhile" : "changed_by_other");
  return { title, told: told.length ? told : [words("changed_none")] };
}

/** What somebody else did to the estimate, in words. */
function changes({ before, after }) {
  const told = after.lines.flatMap((line) => {
    const was = before.lines.find((one) => one.number === line.number);
    const now = said(line, after);
    if (!was) return [words("changed_new", { line: line.number + 1, after: now })];
    if (said(was, before) !== now) return [words("changed_line", { line: line.number + 1, before: said(was, before), after: now })];
    return JSON.stringify(was.marks) === JSON.stringify(line.marks) ? [] : [words("changed_mark", { line: line.number + 1 })];
  });
  if (before.total !== after.total) told.push(words("changed_total", { before: money(before.total), after: money(after.total) }));
  return told;
}

/** How many photos and documents came in between, in words. */
function arrivals({ before, after }) {
  const counts = ["photos", "documents"].map((name) => [name, after.received[name] - before.received[name]]);
  return counts.filter(([, count]) => count > 0).map(([name, count]) => words(`came_${name}`, { count }));
}

export function money(amount) {
  return amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function said(line, data) {
  return line.removed ? `${line.text} (${money(0)})` : `${line.text} ${money(line.amount)} ${data.currency}`;
}

/** Back in one correction; amounts come along where the work alone does not bring them back (`own`). */
function inverse(change, before) {
  const why = "mistake";
  if (change.do === "add") return { do: "remove", line: before.lines.length, why };
  if (change.do === "remove") return { do: "restore", line: change.line, why };
  if (change.do === "restore") return { do: "remove", line: change.line, why };
  const was = before.lines.find((line) => line.number === change.line);
  const back = { do: "edit", line: change.line, why };
  const given = (name) => change[name] !== undefined;
  const anew = was.own && was.priced && WORK.some(given);
  const names = [...WORK.filter(given), ...AMOUNTS.filter((name) => anew || given(name))];
  for (const name of names) if (was[name] !== null) back[name] = was[name];
  if (change.marks) back.marks = was.marks;
  return back;
}
