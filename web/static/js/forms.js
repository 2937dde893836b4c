// Forms that call an operation of /v1: data-call="POST /v1/…"; afterwards the page's <main> is fetched anew.
//
// Fields become a document by their names: "contact.phone" is a field within a field, data-type says "number", "boolean",
// "list", or "things": a list of documents. What is empty is left out. data-version is what the page has seen, data-then an address to go on to;
// data-also names what else a field is told the faults of. What a chosen field with data-before="PUT /v1/…" states (data-states) is sent
// there first, with the field's own data-version.

import { call, newKey, Refused, words } from "./api.js";
import { refresh } from "./swap.js";

/** Refusals whose own words say when to come again. */
const SAYS_WHEN = new Set(["request.too_many", "rights.locked", "rights.proof_locked"]);
const keys = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.call) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** Send a form and show what comes of it. */
export async function send(form, button) {
  if (form.getAttribute("aria-busy") === "true") return;
  const [method, path] = form.dataset.call.split(" ");
  const json = documentOf(form, button);
  const told = JSON.stringify(json);
  if (keys.get(form)?.told !== told) keys.set(form, { told, key: newKey() });
  busy(form, button, true);
  try {
    await sendBefore(form);
    const answer = await call(method, path, { json, key: keys.get(form).key, version: form.dataset.version });
    keys.delete(form);
    form.closest("dialog")?.close();
    form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer }));
    if (form.dataset.then) location.assign(form.dataset.then);
    else if (!("stay" in form.dataset) && !(await refresh())) location.reload();
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    if (!fault.passing) keys.delete(form);
    show(form, fault);
    form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: fault }));
  } finally {
    busy(form, button, false);
  }
}

/** What somebody chose to state along with it; once it is there, it is not said again. */
async function sendBefore(form) {
  for (const field of form.querySelectorAll("[data-before]:checked")) {
    const [method, path] = field.dataset.before.split(" ");
    await call(method, path, { json: JSON.parse(field.dataset.states), version: field.dataset.version });
    delete field.dataset.before;
  }
}

/** The fields of a form as a document. */
export function documentOf(form, button) {
  const made = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === "submit" || field.type === "button") continue;
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked && field.dataset.type !== "switch") continue;
    const value = valueOf(field);
    if (value !== undefined) put(made, field.name.split("."), value, field.dataset.type === "list" || field.dataset.type === "things");
  }
  if (button?.name) put(made, button.name.split("."), typed(button.value, button.dataset.type));
  return made;
}

function valueOf(field) {
  if (field.dataset.type === "switch") return field.checked;
  const text = field.value.trim();
  return text === "" ? undefined : typed(text, field.dataset.type);
}

function typed(text, type) {
  if (type === "number") return Number(text);
  if (type === "boolean") return text === "true";
  if (type === "things") return JSON.parse(text);
  if (type === "moment") return new Date(text).toISOString();
  return text;
}

function put(made, [name, ...rest], value, list) {
  if (rest.length) put((made[name] ??= {}), rest, value, list);
  else if (list) (made[name] ??= []).push(value);
  else made[name] = value;
}

function busy(form, button, on) {
  form.setAttribute("aria-busy", String(on));
  button?.setAttribute("aria-busy", String(on));
}

/** What was refused: beside its fields, and as a whole above the form's buttons. */
export function show(form, fault) {
  for (const old of form.querySelectorAll(".wrong")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const rest = fault.errors.filter((error) => !mark(form, error));
  let box = form.querySelector("[data-problem]");
  if (!box) {
    box = document.createElement("div");
    box.dataset.problem = "";
    box.setAttribute("role", "alert");
    form.append(box);
  }
  box.className = "note bad";
  const told = rest.length < fault.errors.length ? [words("check")] : [fault.title, fault.message === fault.title ? "" : fault.message];
  const said = [...told, ...rest.map((error) => error.detail)];
  if (fault.retryAfter && !SAYS_WHEN.has(fault.code)) said.push(words("again_in", { seconds: fault.retryAfter }));
  box.replaceChildren(...said.filter(Boolean).map((text, index) => paragraph(text, index === 0)));
  (form.querySelector("[aria-invalid='true']") ?? box).scrollIntoView({ block: "center" });
  form.querySelector("[aria-invalid='true']")?.focus();
}

function mark(form, error) {
  const about = (name) => name && (error.field === name || error.field.endsWith(`.${name}`));
  const field = [...form.elements].find((one) => about(one.name)) ?? [...form.elements].find((one) => about(one.dataset.also));
  if (!field) return false;
  field.closest("details")?.setAttribute("open", "");
  const wrong = paragraph(error.detail);
  wrong.className = "wrong";
  wrong.id = `wrong-${field.name.replaceAll(".", "-")}`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", wrong.id);
  (field.closest("[data-field]") ?? field).after(wrong);
  return true;
}

function paragraph(text, strong = false) {
  const made = document.createElement("p");
  const inner = strong ? made.appendChild(document.createElement("strong")) : made;
  inner.textContent = text;
  return made;
}
