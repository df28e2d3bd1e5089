// Saved decisions, and the same question put to today's tables.

import { get } from "./api.js";
import { t } from "./language.js";
import { el } from "./make.js";

const place = document.getElementById("records");

export async function show(id) {
  if (id) return showOne(id);
  return showList("");
}

async function showList(cursor) {
  const page = await get(`/v1/determinations?limit=20${cursor ? `&cursor=${cursor}` : ""}`);
  if (!page.decisions.length) {
    place.replaceChildren(el("p", { class: "card" }, t("records.none"), " ", el("a", { href: "#/check" }, t("nav.check"))));
    return;
  }
  const heads = ["records.saved_at", "records.good", "records.way", "records.agreement", "records.verdict", "records.id"];
  place.replaceChildren(el("div", { class: "card scroll" }, el("table", { class: "rows" },
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, t(head))))),
    el("tbody", {}, page.decisions.map((row) => el("tr", {}, [
      `${row.saved_at.slice(0, 16).replace("T", " ")}`,
      [row.hs, row.name].filter(Boolean).join(" · "),
      `${row.from} → ${row.to}`,
      row.agreement,
      el("span", { class: `tag ${row.verdict}` }, t(`verdict.${row.verdict}`)),
      el("a", { class: "mono", href: `#/records/${row.decision_id}` }, row.decision_id.slice(0, 16)),
    ].map((cell, index) => el("td", { "data-head": t(heads[index]) }, cell)))))),
    page.next ? el("div", { class: "row-actions" }, el("button", { type: "button", class: "quiet", onclick: () => showList(page.next) }, t("records.older"))) : null));
}

async function showOne(id) {
  const record = await get(`/v1/determinations/${encodeURIComponent(id)}`);
  place.replaceChildren(
    el("p", {}, el("a", { href: "#/records" }, t("records.back"))),
    el("section", { class: "card" },
      el("div", { class: "head" }, el("h2", {}, t("records.record", { id: record.decision_id.slice(0, 16) })), el("p", { class: "help" }, t("records.saved", { at: record.saved_at.slice(0, 16).replace("T", " "), fingerprint: record.rules.fingerprint.slice(0, 16), as_of: record.rules.as_of }))),
      el("p", { class: record.tables_changed ? "note" : "best" }, record.statement),
      record.changes.length ? el("div", { class: "scroll" }, el("table", { class: "rows" }, el("thead", {}, el("tr", {}, ["records.what", "records.before", "records.after"].map((head) => el("th", { scope: "col" }, t(head))))), el("tbody", {}, record.changes.map((change) => el("tr", {}, [el("code", {}, change.pointer), show_value(change.before), show_value(change.after)].map((cell, index) => el("td", { "data-head": t(["records.what", "records.before", "records.after"][index]) }, cell))))))) : null,
      el("h3", {}, t("records.then")),
      el("p", {}, el("span", { class: `tag ${record.answer.verdict}` }, t(`verdict.${record.answer.verdict}_under`, { agreement: record.answer.agreement })), " ", record.answer.rule?.text ?? ""),
      el("p", {}, record.answer.claim.summary),
      el("details", {}, el("summary", {}, t("records.request")), el("pre", { class: "scroll" }, JSON.stringify(record.request, null, 2)))));
}

const show_value = (value) => (value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));
