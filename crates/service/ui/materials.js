// The bill of materials: a table that may hold tables. An empty cell means that
// the fact is not known.

import { countryCode, countryWithCode, t } from "./language.js";
import { el } from "./make.js";

const STATUSES = ["unknown", "originating", "non_originating"];
const ROLES = ["material", "retail_packing", "transport_packing", "accessory", "indirect"];
const DEEPEST = 3;

export const newMaterial = () => ({ name: "", hs: "", origin: "", status: "unknown", value: "", weight_kg: "", role: "material", with_good: "", active_ingredient: "", freight: "", materials: null, kept: {} });

// Draws `bill` (null: not known; []: none used) into `place`. `changed` is called
// after every change; effects are filled in later by `showEffects`.
export function draw(place, bill, changed, path = "") {
  const redraw = () => { draw(place, bill, changed, path); changed(); };
  const depth = path === "" ? 1 : path.split("materials").length;
  const rows = bill.flatMap((material, index) => row(bill, material, index, `${path}materials[${index}]`, depth, redraw, changed));
  const head = ["name", "hs", "origin", "status", "value", "weight"].map((column) => el("th", { scope: "col", class: `c-${column}` }, t(`column.${column}`)));
  const table = el("table", { class: "bom" },
    el("caption", { class: "sr" }, t("materials.title")),
    el("thead", {}, el("tr", {}, head, el("th", { scope: "col", class: "c-do" }, el("span", { class: "sr" }, t("column.actions"))))),
    el("tbody", {}, rows));
  place.replaceChildren(
    bill.length ? table : "",
    el("div", { class: "row-actions" },
      el("button", { type: "button", class: "quiet add-material", onclick: () => { bill.push(newMaterial()); redraw(); place.querySelector(`[data-path="${path}materials[${bill.length - 1}].name"]`)?.focus(); } }, t("materials.add")),
      el("button", { type: "button", class: "quiet paste-materials", onclick: () => openPaste(bill, redraw) }, t("materials.paste"))));
  if (path === "") {
    place.onpaste = (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!/\t|\n./.test(text.trim())) return;
      event.preventDefault();
      bill.push(...readPasted(text));
      dropEmpty(bill);
      redraw();
    };
  }
}

function row(bill, material, index, path, depth, redraw, changed) {
  const named = (column) => t("column.of", { column: t(`column.${column}`), number: index + 1 });
  const field = (column, key, more = {}) => el("td", { class: `c-${column}`, "data-head": t(`column.${column}`) }, el("input", {
    value: material[key], "aria-label": named(column), "data-path": `${path}.${key}`, spellcheck: "false", ...more,
    oninput: (event) => { material[key] = event.target.value; changed(); },
  }));
  const choice = (key, entries, label, more = {}) => {
    const select = el("select", { "aria-label": label, "data-path": `${path}.${key}`, ...more, onchange: (event) => { material[key] = event.target.value; changed(); } },
      entries.map(([value, text]) => el("option", { value }, text)));
    select.value = material[key];
    return select;
  };
  const more = el("tr", { class: "extra", hidden: !material.open }, el("td", { colspan: 7 }, el("div", { class: "more" },
    el("div", { class: "fields three" },
      el("div", { class: "field" }, el("span", { class: "label" }, t("more.role")), choice("role", ROLES.map((role) => [role, t(`role.${role}`)]), named("role"))),
      el("div", { class: "field" }, el("span", { class: "label" }, t("more.with_good")), choice("with_good", yesNo(), t("more.with_good"))),
      el("div", { class: "field" }, el("span", { class: "label" }, t("more.active")), choice("active_ingredient", yesNo(), t("more.active")))),
    el("div", { class: "field" }, el("span", { class: "label" }, t("more.freight")),
      el("input", { value: material.freight, inputmode: "decimal", "aria-label": t("more.freight"), oninput: (event) => { material.freight = event.target.value; changed(); } }),
      el("p", { class: "help" }, t("more.freight_help"))),
    depth < DEEPEST ? el("button", { type: "button", class: "quiet sub-assembly", onclick: () => { material.materials = material.materials ? null : [newMaterial()]; redraw(); } }, t(material.materials ? "more.no_sub" : "more.sub")) : null,
    el("p", { class: "help" }, t("more.sub_help")))));
  const rows = [
    el("tr", { class: "material" },
      field("name", "name"), field("hs", "hs", { inputmode: "decimal" }), field("origin", "origin", { list: "countries", maxlength: 2 }),
      el("td", { class: "c-status", "data-head": t("column.status") }, choice("status", STATUSES.map((status) => [status, t(`standing.${status}`)]), named("status"))),
      field("value", "value", { inputmode: "decimal" }), field("weight", "weight_kg", { inputmode: "decimal" }),
      el("td", { class: "c-do" },
        el("button", { type: "button", class: "icon", "aria-expanded": String(Boolean(material.open)), "aria-label": t("materials.more", { number: index + 1 }), title: t("materials.more", { number: index + 1 }), onclick: (event) => { material.open = !material.open; more.hidden = !material.open; event.currentTarget.setAttribute("aria-expanded", String(material.open)); } }, "⋯"),
        el("button", { type: "button", class: "icon", "aria-label": t("materials.remove", { number: index + 1 }), title: t("materials.remove", { number: index + 1 }), onclick: () => { bill.splice(index, 1); redraw(); } }, "×"))),
    more,
  ];
  if (material.materials) {
    const inner = el("div", {});
    draw(inner, material.materials, changed, `${path}.`);
    rows.push(el("tr", {}, el("td", { colspan: 7 }, el("div", { class: "sub" }, el("h3", {}, t("sub.title", { name: material.name || t("column.of", { column: t("column.material"), number: index + 1 }) })), inner))));
  }
  rows.push(el("tr", { class: "effect" }, el("td", { colspan: 7 }, el("p", { class: "problem", "data-problem": path, hidden: true }), el("div", { class: "effect-line", "data-effect": path, "aria-live": "off" }))));
  return rows;
}

const yesNo = () => [["", t("unknown")], ["yes", t("yes")], ["no", t("no")]];

// Shows below each row what it did to the result. `places` leads from a place in
// the request to the row, since empty rows are not sent.
export function showEffects(materials, places, path = "") {
  for (const effect of materials ?? []) {
    const asked = `${path}materials[${effect.index}]`;
    const place = document.querySelector(`[data-effect="${places.get(asked)}"]`);
    if (!place) continue;
    const state = effect.shift === "not_applicable" ? (effect.counted_as_non_originating ? "not_applicable" : "met") : effect.shift;
    place.replaceChildren(el("span", { class: `dot ${state}`, "aria-hidden": "true" }), el("span", {}, effect.effect));
    showEffects(effect.decision?.materials, places, `${asked}.`);
  }
}

// The part of the request a bill becomes; fills `places`.
export function toRequest(bill, places, rowPath = "", askedPath = "") {
  const entries = [];
  bill.forEach((material, row) => {
    if (isEmpty(material)) return;
    const asked = `${askedPath}materials[${entries.length}]`;
    places.set(asked, `${rowPath}materials[${row}]`);
    const entry = { ...material.kept };
    for (const key of ["name", "hs", "value", "weight_kg"]) if (material[key].trim()) entry[key] = clean(key, material[key]);
    if (material.origin.trim()) entry.origin = material.origin.trim().toUpperCase();
    entry.status = material.status;
    if (material.role !== "material") entry.role = material.role;
    for (const key of ["with_good", "active_ingredient"]) if (material[key]) entry[key] = material[key] === "yes";
    if (material.freight.trim()) entry.deductions = [...(material.kept.deductions ?? []), { kind: "transport", amount: clean("value", material.freight), proved: true }];
    if (material.materials) entry.materials = toRequest(material.materials, places, `${rowPath}materials[${row}].`, `${asked}.`);
    entries.push(entry);
  });
  return entries;
}

// A row that says nothing.
export const isEmpty = (material) => !material.materials && ["name", "hs", "origin", "value", "weight_kg"].every((key) => !material[key].trim()) && material.status === "unknown";

export function dropEmpty(bill) {
  for (let index = bill.length - 1; index >= 0; index--) if (isEmpty(bill[index])) bill.splice(index, 1);
}

// Keys the table shows; the others of an opened question are kept as they are.
const SHOWN = ["name", "hs", "origin", "value", "weight_kg", "status", "role"];
const EDITED = [...SHOWN, "with_good", "active_ingredient", "materials"];

export function fromRequest(entries) {
  return (entries ?? []).map((entry) => {
    const isFreight = (deduction) => deduction.kind === "transport" && deduction.proved;
    const kept = Object.fromEntries(Object.entries(entry).filter(([key]) => !EDITED.includes(key)));
    const rest = (entry.deductions ?? []).filter((deduction) => !isFreight(deduction));
    if (rest.length) kept.deductions = rest; else delete kept.deductions;
    return {
      ...newMaterial(),
      ...Object.fromEntries(SHOWN.filter((key) => entry[key] !== undefined && entry[key] !== null).map((key) => [key, String(entry[key])])),
      with_good: flag(entry.with_good), active_ingredient: flag(entry.active_ingredient),
      freight: entry.deductions?.find(isFreight)?.amount ?? "",
      materials: entry.materials ? fromRequest(entry.materials) : null,
      kept,
    };
  });
}

const flag = (value) => (value === true ? "yes" : value === false ? "no" : "");

// Thousands separators and full-width digits as people type them.
export function clean(key, text) {
  const plain = text.trim().replace(/[０-９．]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
  if (key === "name") return text.trim();
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain;
}

// ---- paste from a spreadsheet ----

const HEADINGS = {
  name: ["name", "material", "description", "part", "item", "品名", "名称", "材料", "物料", "材料名称"],
  hs: ["hs", "hs code", "code", "tariff", "hscode", "编码", "税号", "商品编码", "hs编码", "税则号列"],
  origin: ["origin", "country", "country of origin", "原产国", "原产地", "产地", "原产国(地区)"],
  status: ["status", "originating", "originating?", "原产资格", "是否原产", "状态"],
  value: ["value", "amount", "cost", "price", "total", "价值", "金额", "价格", "总价", "成本"],
  weight_kg: ["weight", "kg", "net weight", "weight (kg)", "weight, kg", "重量", "净重", "重量(千克)", "净重(千克)"],
};
const STANDINGS = { 原产: "originating", 非原产: "non_originating", 是: "originating", 否: "non_originating", yes: "originating", no: "non_originating" };
const ORDER = ["name", "hs", "origin", "value", "weight_kg"];

export function readPasted(text) {
  const lines = cellsOf(text);
  if (!lines.length) return [];
  const first = lines[0].map((cell) => Object.keys(HEADINGS).find((key) => HEADINGS[key].includes(cell.toLowerCase().replace(/（/g, "(").replace(/）/g, ")"))));
  const hasHead = first.filter(Boolean).length >= 2;
  const columns = hasHead ? first : ORDER;
  return lines.slice(hasHead ? 1 : 0).map((line) => {
    const material = newMaterial();
    line.forEach((cell, at) => {
      const key = columns[at];
      if (!key || !cell) return;
      if (key === "status") material.status = STATUSES.includes(cell) ? cell : STANDINGS[cell.toLowerCase()] ?? "unknown";
      else material[key] = key === "origin" ? countryCode(cell) : cell;
    });
    return material;
  });
}

// Rows of cells as a spreadsheet copies them: a cell that holds a line break or a
// tab stands in quotation marks.
function cellsOf(text) {
  const separator = ["\t", ";"].find((mark) => text.includes(mark)) ?? ",";
  const rows = [[""]];
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < plain.length; at++) {
    const row = rows.at(-1);
    const mark = plain[at];
    if (mark === '"' && quoted && plain[at + 1] === '"') row[row.length - 1] += plain[++at];
    else if (mark === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
    else if (mark === separator && !quoted) row.push("");
    else if (mark === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += mark === "\n" ? " " : mark;
  }
  return rows.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some(Boolean));
}

function openPaste(bill, redraw) {
  const dialog = document.getElementById("paste");
  const area = document.getElementById("paste-text");
  const preview = document.getElementById("paste-preview");
  area.value = "";
  preview.textContent = "";
  area.oninput = () => { preview.textContent = t("paste.found", { count: readPasted(area.value).length }); };
  document.getElementById("paste-use").onclick = () => {
    bill.push(...readPasted(area.value));
    dropEmpty(bill);
    dialog.close();
    redraw();
  };
  dialog.showModal();
  area.focus();
}

export function countryList(countries) {
  return el("datalist", { id: "countries" }, countries.map(({ code }) => el("option", { value: code }, countryWithCode(code))));
}
