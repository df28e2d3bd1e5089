// The question about one good: fields, request, and what a missing fact or a
// fault points at.

import { decide, get, Problem, saveAs } from "./api.js";
import { alert } from "./app.js";
import { country, countryWithCode, dotted, language, t, useCountries } from "./language.js";
import { el, options } from "./make.js";
import * as materials from "./materials.js";
import { onCode } from "./search.js";
import * as result from "./result.js";

const KEPT = "originis.question";
const TEXT_FIELDS = ["fob", "currency", "customs_value", "weight_kg", "labour", "overhead", "profit", "other"];
const byId = (id) => document.getElementById(id);

let vocabulary;
let examples = [];
let state = blank();
let pending;
let latest = null;
let timer;

function blank() {
  return { hs: null, product: "", hs_edition: null, name: null, from: "CN", to: "JP", date: today(), mode: "unknown", bill: [], operations: null, obtained: "", ground: "", chemical_reaction: "", part: "", direct: "", via: [], proof_type: "", issued: "", ...Object.fromEntries(TEXT_FIELDS.map((key) => [key, ""])) };
}

function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}

let listening = false;

export async function prepare() {
  [vocabulary, { examples }] = await Promise.all([get("/v1/vocabulary"), get("/v1/examples")]);
  useCountries(vocabulary.countries);
  if (!listening) {
    listening = true;
    restore();
    listen();
  }
  fillChoices();
  drawForm();
  ask();
}

export function show() {}

function fillChoices() {
  const parties = vocabulary.parties.map((code) => [code, countryWithCode(code)]).sort((a, b) => a[1].localeCompare(b[1], language));
  options(byId("from"), parties, state.from);
  options(byId("to"), parties, state.to);
  options(byId("direct"), [["", t("unknown")], ["yes", t("route.straight")], ["no", t("route.stops")]], state.direct);
  options(byId("proof_type"), [["", t("unknown")], ...vocabulary.proofs.map((proof) => [proof, t(`proof.${proof}`)])], state.proof_type);
  options(byId("obtained"), [["", t("making.obtained_no")], ...vocabulary.obtained.map((way) => [way.id, way.label])], state.obtained);
  options(byId("chemical_reaction"), [["", t("unknown")], ["yes", t("yes")], ["no", t("no")]], state.chemical_reaction);
  byId("countries")?.remove();
  document.body.append(materials.countryList(vocabulary.countries));
  byId("operation-words").replaceChildren(...vocabulary.operations.map((operation) => el("option", { value: operation.label })));
  byId("examples").replaceChildren(el("span", {}, t("examples.label")), ...examples.map((example) => el("button", { type: "button", onclick: () => load(example.request) }, example.name)));
}

function drawForm() {
  byId("product").value = state.product;
  byId("date").value = state.date;
  byId("part").value = state.part;
  byId("issued").value = state.issued;
  for (const key of TEXT_FIELDS) byId(key).value = state[key];
  byId("materials-mode").replaceChildren(...["unknown", "none", "list"].map((mode) => el("label", {},
    el("input", { type: "radio", name: "materials-mode", value: mode, checked: state.mode === mode, onchange: () => setMode(mode) }), t(`materials.${mode}`))));
  drawBill();
  drawOperations();
  drawVia();
  drawStates();
}

function setMode(mode) {
  state.mode = mode;
  if (mode === "list" && !state.bill.length) state.bill.push(materials.newMaterial());
  drawBill();
  changed();
}

function drawBill() {
  const place = byId("materials");
  if (state.mode === "list") materials.draw(place, state.bill, changed);
  else place.replaceChildren(el("p", { class: "help" }, t(`materials.${state.mode}_help`)));
}

function drawOperations() {
  byId("operation-list").replaceChildren(...(state.operations ?? []).map((word, index) => {
    const known = vocabulary.operations.find((operation) => operation.word === word);
    return el("li", {}, known?.label ?? word, el("button", { type: "button", "aria-label": t("making.remove", { name: known?.label ?? word }), onclick: () => { state.operations.splice(index, 1); if (!state.operations.length) state.operations = null; drawOperations(); changed(); } }, "×"));
  }));
}

function drawVia() {
  byId("via").replaceChildren(...state.via.map((place, index) => {
    const yesNo = (key, label) => {
      const select = el("select", { id: `via-${index}-${key}`, onchange: (event) => { place[key] = event.target.value; changed(); } }, [["", t("unknown")], ["yes", t("yes")], ["no", t("no")]].map(([value, text]) => el("option", { value }, text)));
      select.value = place[key];
      return el("div", { class: "field" }, el("label", { for: `via-${index}-${key}` }, label), select);
    };
    const done = el("select", { id: `via-${index}-operations`, onchange: (event) => { place.operations = event.target.value; changed(); } }, [["", t("unknown")], ["transit", t("route.transit")], ["other", t("route.other")]].map(([value, text]) => el("option", { value }, text)));
    done.value = place.operations;
    return el("div", { class: "via" },
      el("div", { class: "field" }, el("label", { for: `via-${index}-place` }, t("route.place")), el("input", { id: `via-${index}-place`, value: place.place, maxlength: 2, list: "countries", oninput: (event) => { place.place = event.target.value; changed(); } })),
      yesNo("customs_control", t("route.control")),
      el("div", { class: "field" }, el("label", { for: `via-${index}-operations` }, t("route.operations")), done),
      yesNo("entered_into_trade", t("route.trade")),
      el("button", { type: "button", class: "icon", "aria-label": t("route.remove", { number: index + 1 }), onclick: () => { state.via.splice(index, 1); drawVia(); changed(); } }, "×"));
  }));
}

function drawStates() {
  byId("state-value").textContent = state.fob ? `${t("value.fob_short")} ${state.fob} ${state.currency}` : t("unknown");
  byId("state-making").textContent = state.operations ? t("making.count", { count: state.operations.length }) : t("unknown");
  byId("state-route").textContent = state.direct === "yes" ? t("route.straight") : state.direct === "no" || state.via.length ? t("route.stops") : t("unknown");
  byId("state-proof").textContent = state.proof_type ? t(`proof.${state.proof_type}`) : t("unknown");
}

function listen() {
  onCode((code, label) => {
    state.hs = code;
    state.product = byId("product").value;
    state.name = label ?? null;
    state.hs_edition = null;
    changed();
  });
  byId("question").addEventListener("submit", (event) => event.preventDefault());
  for (const key of ["from", "to", "date", "obtained", "chemical_reaction", "direct", "proof_type", "issued", "part", ...TEXT_FIELDS]) {
    byId(key).addEventListener("input", (event) => {
      state[key] = event.target.value;
      if (key === "obtained") state.ground = "";
      changed();
    });
  }
  byId("operations").addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); addOperation(); }
  });
  byId("operations").addEventListener("change", addOperation);
  byId("add-via").addEventListener("click", () => {
    state.via.push({ place: "", customs_control: "", operations: "", entered_into_trade: "", kept: {} });
    if (state.direct === "") { state.direct = "no"; byId("direct").value = "no"; }
    drawVia();
    byId(`via-${state.via.length - 1}-place`).focus();
  });
  byId("clear-question").addEventListener("click", () => { state = blank(); fillChoices(); drawForm(); changed(); byId("product").focus(); });
  byId("keep-question").addEventListener("click", () => {
    const { request } = toRequest();
    saveAs(new Blob([JSON.stringify(request, null, 2)], { type: "application/json" }), `originis-${request.good?.hs ?? "question"}.json`);
  });
  byId("open-question").addEventListener("click", () => byId("question-file").click());
  byId("question-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    try { load(JSON.parse(await file.text())); } catch { alert(t("file.unreadable")); }
  });
  addEventListener("beforeprint", () => result.drawSheet(latest));
}

function addOperation() {
  const text = byId("operations").value.trim();
  if (!text) return;
  const known = vocabulary.operations.find((operation) => operation.label === text || operation.word === text);
  state.operations = [...new Set([...(state.operations ?? []), known?.word ?? text])];
  byId("operations").value = "";
  drawOperations();
  changed();
}

function changed() {
  drawStates();
  try { sessionStorage.setItem(KEPT, JSON.stringify(state)); } catch { /* no room */ }
  clearTimeout(timer);
  timer = setTimeout(ask, 220);
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (kept) state = { ...blank(), ...kept };
  } catch { /* nothing kept */ }
}

// ---- the request ----

function toRequest(save = false) {
  const places = new Map();
  const request = { from: state.from, to: state.to };
  if (state.date) request.date = state.date;
  const good = { hs: state.hs };
  if (state.hs_edition) good.hs_edition = state.hs_edition;
  if (state.name) good.name = state.name;
  for (const key of ["fob", "currency", "customs_value", "weight_kg"]) if (state[key].trim()) good[key] = key === "currency" ? state[key].trim().toUpperCase() : materials.clean(key, state[key]);
  if (state.part.trim()) good.part = Number.isInteger(Number(state.part)) ? Number(state.part) : state.part;
  request.good = good;
  if (state.ground) request.wholly_obtained = state.ground;
  if (state.mode === "none") request.materials = [];
  if (state.mode === "list") {
    const list = materials.toRequest(state.bill, places);
    if (list.length) request.materials = list;
  }
  const costs = Object.fromEntries(["labour", "overhead", "profit", "other"].filter((key) => state[key].trim()).map((key) => [key, materials.clean(key, state[key])]));
  if (Object.keys(costs).length) request.costs = costs;
  if (state.operations) request.operations = state.operations;
  if (state.chemical_reaction) request.chemical_reaction = state.chemical_reaction === "yes";
  if (state.direct || state.via.length) {
    request.transport = {};
    if (state.direct) request.transport.direct = state.direct === "yes";
    const via = state.via.filter((place) => place.place.trim());
    if (via.length) request.transport.via = via.map((place) => {
      const entry = { ...place.kept, place: place.place.trim().toUpperCase() };
      for (const key of ["customs_control", "entered_into_trade"]) if (place[key]) entry[key] = place[key] === "yes";
      if (place.operations) entry.operations = place.operations === "transit" ? ["unloading", "reloading"] : [t("route.other_word")];
      return entry;
    });
  }
  if (state.proof_type) {
    request.proof = { type: state.proof_type };
    if (state.issued) request.proof.issued = state.issued;
  }
  return { request, places };
}

function load(request) {
  const good = request.good ?? {};
  state = {
    ...blank(),
    hs: String(good.hs ?? "").replace(/\D/g, "") || null,
    product: dotted(good.hs ?? ""),
    hs_edition: good.hs_edition ?? null,
    name: good.name ?? null,
    from: request.from ?? "CN", to: request.to ?? "JP", date: request.date ?? "",
    part: good.part ? String(good.part) : "",
    mode: request.materials === undefined || request.materials === null ? "unknown" : request.materials.length ? "list" : "none",
    bill: materials.fromRequest(request.materials),
    operations: request.operations ?? null,
    ground: request.wholly_obtained ?? "",
    chemical_reaction: request.chemical_reaction === true ? "yes" : request.chemical_reaction === false ? "no" : "",
    direct: request.transport?.direct === true ? "yes" : request.transport?.direct === false ? "no" : "",
    via: (request.transport?.via ?? []).map((place) => ({
      place: place.place, kept: place,
      customs_control: place.customs_control === true ? "yes" : place.customs_control === false ? "no" : "",
      entered_into_trade: place.entered_into_trade === true ? "yes" : place.entered_into_trade === false ? "no" : "",
      operations: "",
    })),
    proof_type: request.proof?.type ?? "", issued: request.proof?.issued ?? "",
  };
  for (const key of ["fob", "currency", "customs_value", "weight_kg"]) state[key] = good[key] ?? "";
  for (const key of ["labour", "overhead", "profit", "other"]) state[key] = request.costs?.[key] ?? "";
  if (state.ground) state.obtained = vocabulary.obtained.find((way) => way[request.agreement ?? "RCEP"] === state.ground)?.id ?? "";
  fillChoices();
  drawForm();
  for (const [section, filled] of [["making", state.operations || state.obtained], ["route", state.direct], ["proof", state.proof_type]]) byId(`section-${section}`).open = Boolean(filled);
  changed();
}

// The same way of obtaining a good has another letter in each agreement, so a
// question about it is put to each agreement by its own letter.
async function answers(request, options) {
  const way = vocabulary.obtained.find((known) => known.id === state.obtained);
  if (!way) return decide(request, options);
  const open = await decide({ ...request, wholly_obtained: undefined }, { ...options, save: false });
  const agreements = (open.results ?? [open]).map((answer) => answer.agreement);
  const results = await Promise.all(agreements.map((agreement) => decide({ ...request, agreement, wholly_obtained: way[agreement] ?? undefined }, options)));
  return results.length === 1 ? results[0] : { results };
}

async function ask() {
  pending?.abort();
  if (!state.hs) {
    latest = null;
    showFaults([]);
    result.drawSkeleton();
    return;
  }
  const mine = new AbortController();
  pending = mine;
  const { request, places } = toRequest();
  try {
    const decision = await answers(request, { signal: mine.signal });
    if (pending !== mine) return;
    showFaults([]);
    latest = { request, decision, places, vocabulary };
    result.draw(latest, { answer: jumpTo, save });
  } catch (error) {
    if (error.name === "AbortError" || pending !== mine) return;
    if (error instanceof Problem && error.faults.length) showFaults(error.faults, places);
    else alert(error.message);
    latest = null;
    result.drawSkeleton(error.message);
  }
}

async function save() {
  const { request } = toRequest();
  const decision = await answers(request, { save: true });
  return (decision.results ?? [decision]).map((answer) => answer.decision_id);
}

// ---- faults and missing facts ----

const FIELDS = { "good.hs": "product", "good.part": "part", date: "date", "proof.issued": "issued", "good.currency": "currency" };

// `/materials/0/hs` and `materials[0].hs` name the same place.
const asPath = (pointer) => pointer.replace(/^\//, "").replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");

function rowPath(path, places) {
  const at = path.match(/^((?:.*\.)?materials\[\d+\])(.*)$/);
  return at && places.has(at[1]) ? places.get(at[1]) + at[2] : path;
}

function showFaults(faults, places = new Map()) {
  for (const problem of document.querySelectorAll(".problem")) problem.hidden = true;
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const left = [];
  for (const fault of faults) {
    const path = rowPath(asPath(fault.pointer ?? ""), places);
    const field = byId(FIELDS[path] ?? "") ?? document.querySelector(`[data-path="${path}"]`) ?? byId(path.split(".").pop());
    const place = path.startsWith("materials[") ? document.querySelector(`[data-problem="${path.replace(/(.*materials\[\d+\]).*/, "$1")}"]`) : field ? byId(`${FIELDS[path] === "product" ? "good-hs" : field.id}-problem`) : null;
    field?.setAttribute("aria-invalid", "true");
    if (place) { place.textContent = fault.detail; place.hidden = false; } else left.push(fault.detail);
  }
  alert(left.join(" ") || null);
}

// Leads to the field where a missing fact is given.
function jumpTo(fact) {
  const path = rowPath(fact, latest?.places ?? new Map());
  if (path === "materials" || path === "operations" || path === "transport" || path === "proof" || path === "chemical_reaction" || path === "wholly_obtained") {
    if (path === "materials") {
      setMode("list");
      drawForm();
      document.querySelector("#materials input")?.focus();
      return;
    }
    const [section, field] = { operations: ["making", "operations"], chemical_reaction: ["making", "chemical_reaction"], wholly_obtained: ["making", "obtained"], transport: ["route", "direct"], proof: ["proof", "proof_type"] }[path];
    byId(`section-${section}`).open = true;
    byId(field).focus();
    return;
  }
  const via = path.match(/^transport\.via\[(\d+)\]\.(\w+)/);
  const field = via ? byId(`via-${via[1]}-${via[2]}`) : document.querySelector(`[data-path="${path}"]`) ?? byId(FIELDS[path] ?? path.split(".").pop());
  field?.closest("details")?.setAttribute("open", "");
  const extra = field?.closest("tr.extra");
  if (extra) extra.hidden = false;
  field?.focus();
}
