// What happened: one question opens the next, what was typed survives a reload, and the new case opens at once.

import "../forms.js";
import { call } from "../api.js";

const DRAFT = "quickclaim.report";
const OWN = "quickclaim.me";
const OWN_FIELDS = ["plate", "policy", "name", "phone"];
const OF_CAR = ["plate", "policy", "vin", "vehicle_class"];
const OF_PERSON = ["name", "phone"];

const form = document.getElementById("report");
const steps = [...form.querySelectorAll("[data-step]")];
const remember = document.getElementById("remember");
const fields = () => [...form.elements, ...document.getElementById("aside").elements].filter((field) => field.matches("input:not([type=hidden]), select, textarea"));
const byId = (id) => document.getElementById(id);

restore();
prefill();
for (const button of form.querySelectorAll("[data-ready]")) button.disabled = false;
open();

document.addEventListener("change", ({ target }) => {
  answer(target);
  if (target === remember && !remember.checked) localStorage.removeItem(OWN);
  keep();
  open(target);
});
form.addEventListener("input", keep);
form.addEventListener("submit", complete, { capture: true });
form.addEventListener("sent", async ({ detail }) => {
  const { claim, token } = await detail.json();
  sessionStorage.removeItem(DRAFT);
  const page = `/c/${claim.id}`;
  const entered = await call("POST", `${page}/enter`, { json: { token } }).catch(() => null);
  location.replace(entered ? page : `${page}#${token}`);
});

/** "All of it" answers every question with what most customers say; otherwise each is asked. */
function answer(target) {
  const all = target.dataset?.all && byId(target.dataset.all);
  const each = target.dataset?.each && byId(target.dataset.each);
  if (all) for (const field of all.querySelectorAll("[data-usual]")) field.checked = true;
  if (each) for (const field of each.querySelectorAll("input")) field.checked = false;
  if (target.name === "when" && target.value === "then" && !byId("happened_at").value) byId("happened_at").value = now();
  show();
}

function show() {
  for (const choice of document.querySelectorAll("[data-each]")) byId(choice.dataset.each).hidden = !choice.checked;
  byId("then").hidden = !document.querySelector("[name=when][value=then]").checked;
}

/** Every step up to the first that has no answer; the two last come together. */
function open(target) {
  let reached = true;
  for (const step of steps) {
    const shown = reached;
    const fresh = shown && step.hidden;
    step.hidden = !shown;
    if (fresh && target && !step.previousElementSibling?.matches("[data-last]")) step.scrollIntoView({ block: "start", behavior: "smooth" });
    reached = shown && (step.matches("[data-last]") || [...step.querySelectorAll("[name='notice.cause'], [form=aside]")].some((field) => field.checked));
  }
}

/** Just before the form is sent: the moment, where it was now, and what this phone shall remember. */
function complete() {
  if (document.querySelector("[name=when]:checked").value === "now") byId("happened_at").value = now();
  if (remember.checked) localStorage.setItem(OWN, JSON.stringify(Object.fromEntries(OWN_FIELDS.map((id) => [id, byId(id).value]))));
  else localStorage.removeItem(OWN);
}

function keep() {
  const said = fields().map((field) => [field.name || field.id, field.value, field.type === "radio" || field.type === "checkbox" ? field.checked : null]);
  sessionStorage.setItem(DRAFT, JSON.stringify(said));
}

function restore() {
  const said = JSON.parse(sessionStorage.getItem(DRAFT) ?? "[]");
  for (const [name, value, checked] of said) {
    const field = fields().find((one) => (one.name || one.id) === name && (one.type !== "radio" || one.value === value));
    if (field && checked !== null) field.checked = checked;
    else if (field) field.value = value;
  }
  const own = JSON.parse(localStorage.getItem(OWN) ?? "null");
  if (own) remember.checked = true;
  for (const id of own ? OWN_FIELDS : []) byId(id).value ||= own[id] ?? "";
  show();
}

/**
 * An insurer's app knows its customer: /report#plate=…&policy=… The fragment never leaves the phone. Anybody can make
 * such a link: it does not change what somebody typed of themselves, and nothing that it fills in stays out of sight.
 */
function prefill() {
  const told = new URLSearchParams(location.hash.slice(1));
  for (const id of OF_CAR) if (told.has(id) && byId(id)) byId(id).value = told.get(id);
  for (const id of OF_PERSON) byId(id).value ||= told.get(id) ?? "";
  if (byId("vin").value) byId("vin").closest("details").open = true;
  if (told.has("adas")) form.elements["vehicle.adas"].value = told.get("adas");
  if (told.has("region")) form.elements["notice.region"].value = told.get("region");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
}

function now() {
  const at = new Date();
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
