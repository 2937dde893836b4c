// The small form that corrects the chosen line: a key opens one question, a digit answers it, Enter keeps it.

import { Refused, words } from "./api.js";
import { chooseLine, lineOf, state } from "./case_state.js";
import { correct, differences } from "./correct.js";
import { show } from "./forms.js";
import { types } from "./keys.js";
import { renew } from "./renew.js";
import { tell } from "./toast.js";

const GROUPS = { part: ["part", "side"], all: ["part", "side", "kind", "severity", "operation", "amounts"], add: ["part", "side", "kind", "severity", "operation", "amounts"], remove: [], restore: [] };
const WHY = { part: "wrong_part", side: "wrong_side", kind: "wrong_kind", severity: "wrong_severity", operation: "wrong_operation", hours: "wrong_hours", labour: "wrong_price", paint: "wrong_price", parts: "wrong_price", other: "wrong_price" };
const OF_GROUP = { remove: "not_damaged", restore: "mistake", add: "missed" };
const AMOUNTS = ["hours", "labour", "paint", "parts", "other"];
let now = null;

export function beginEditor(main) {
  const dialog = main.querySelector("#edit");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(dialog, form);
  });
  form.addEventListener("input", (event) => changed(form, event.target));
  dialog.addEventListener("keydown", (event) => answer(form, event));
  dialog.querySelector("[data-closes]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-all]").addEventListener("click", () => reveal(dialog, now.group === "add" ? "add" : "all"));
}

/** Ask for `group`: one field, "all", "add", "remove" or "restore". */
export function edit(group) {
  const dialog = document.getElementById("edit");
  if (!dialog) return tell(words("read_only"));
  const line = group === "add" ? null : lineOf(state.line);
  if (group !== "add" && !line) return tell(words("nothing_chosen"));
  if (group === "remove" && line.removed) group = "restore";
  now = { group, line, why: false };
  const form = dialog.querySelector("form");
  form.reset();
  for (const old of form.querySelectorAll(".wrong, [data-problem]")) old.remove();
  form.querySelector("[data-stale]").hidden = true;
  fill(form, line);
  const title = dialog.querySelector("h2");
  title.textContent = title.dataset[group] ?? title.dataset.title;
  dialog.querySelector("[data-of]").textContent = line ? `${line.number + 1} · ${line.text}` : "";
  form.elements.why.value = OF_GROUP[group] ?? WHY[group] ?? "other";
  reveal(dialog, group);
  dialog.showModal();
  first(form)?.focus();
}

function fill(form, line) {
  for (const name of ["part", "side", "kind", "severity", "operation", ...AMOUNTS]) {
    const field = form.elements[name];
    const value = line?.[name] ?? "";
    if (AMOUNTS.includes(name)) field.value = line ? value.toFixed(2) : "";
    else if (field instanceof RadioNodeList) for (const radio of field) radio.checked = radio.value === value;
    else field.value = line ? value : field.options[0].value;
  }
  sided(form);
}

function reveal(dialog, group) {
  const shown = GROUPS[group] ?? [group];
  for (const part of dialog.querySelectorAll("[data-group]")) part.hidden = part.dataset.group !== "why" && !shown.includes(part.dataset.group);
  dialog.querySelector("[data-all]").hidden = ["all", "add", "remove", "restore"].includes(group);
  sided(dialog.querySelector("form"), shown);
}

/** Left or right is asked only where a car has two of a part. */
function sided(form, shown) {
  const two = "sided" in (form.elements.part.selectedOptions[0]?.dataset ?? {});
  const group = form.querySelector("[data-group=side]");
  if (!two) group.hidden = true;
  else if (shown?.includes("side")) group.hidden = false;
  for (const radio of form.elements.side) radio.disabled = !two;
}

function first(form) {
  const fields = [...form.elements].filter((field) => field.name && !field.disabled && !field.closest("[hidden]"));
  return fields.find((field) => field.type === "radio" && field.checked) ?? fields[0];
}

/** The reason follows what is changed first, until somebody chooses another one. */
function changed(form, field) {
  if (field.name === "why") now.why = true;
  else if (!now.why && WHY[field.name] && !OF_GROUP[now.group]) form.elements.why.value = WHY[field.name];
  if (field.name === "part") {
    form.querySelector("[data-group=side]").hidden = false;
    sided(form);
  }
}

function answer(form, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Enter" && !event.target.closest("button")) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (types(event.target)) return;
  const radios = [...form.querySelectorAll("[data-group]:not([hidden]) input[type=radio]:not(:disabled)")];
  const here = event.target.closest?.("[data-group]");
  const meant = radios.filter((radio) => radio.dataset.key === event.key);
  const radio = meant.find((one) => here?.contains(one)) ?? meant[0];
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  radio.focus();
  changed(form, radio);
}

async function keep(dialog, form) {
  if (form.getAttribute("aria-busy") === "true") return;
  const change = changeOf(form);
  if (!change) return dialog.close();
  form.setAttribute("aria-busy", "true");
  try {
    const count = state.data.lines.length;
    await correct([change]);
    dialog.close();
    if (change.do === "add") chooseLine(count);
    else document.querySelector(`tr[data-line="${change.line}"] .pick`)?.focus({ preventScroll: true });
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    tell("");
    if (fault.status === 412) await stale(form);
    else show(form, fault);
  } finally {
    form.setAttribute("aria-busy", "false");
  }
}

/** What was typed stays, and is compared with the line as it was when the form was opened. */
async function stale(form) {
  const both = await renew();
  const note = form.querySelector("[data-stale]");
  note.hidden = false;
  note.querySelector("ul").replaceChildren(...(both ? differences(both).told : []).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  note.scrollIntoView({ block: "nearest" });
}

function changeOf(form) {
  const { group, line } = now;
  const said = { why: form.elements.why.value, ...(form.elements.remark.value.trim() ? { remark: form.elements.remark.value.trim() } : {}) };
  if (group === "remove" || group === "restore") return { do: group, line: line.number, ...said };
  const values = typed(form, line);
  if (group === "add") return { do: "add", ...values, ...said };
  return Object.keys(values).length ? { do: "edit", line: line.number, ...values, ...said } : null;
}

/** Fields that differ from the line; of a new line those that were filled in. */
function typed(form, line) {
  const values = {};
  for (const name of ["part", "side", "kind", "severity", "operation"]) {
    const field = form.elements[name];
    if (name === "side" && field[0].disabled) continue;
    if (field.value && field.value !== line?.[name]) values[name] = field.value;
  }
  for (const name of AMOUNTS) {
    const text = form.elements[name].value.trim().replaceAll(",", "");
    if (text !== "" && (!line || text !== line[name].toFixed(2))) values[name] = text;
  }
  return values;
}
