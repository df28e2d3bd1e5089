// What is loaded, from when, and how sure it is.

import { get } from "./api.js";
import { countryWithCode, number, t } from "./language.js";
import { el } from "./make.js";
import { tag } from "./result.js";

const parts = (rates) => (rates.length ? el("ul", { class: "plain" }, rates.map((part) => el("li", {}, t("coverage.part", part), " ", tag(part.status)))) : el("span", { class: "quiet-text" }, t("coverage.none")));

const gapsOf = (agreement) => [...new Set([...agreement.gaps, ...agreement.importers.flatMap((importer) => importer.gaps)])];

export async function show() {
  const loaded = await get("/v1/coverage");
  const heads = ["coverage.table", "coverage.period", "coverage.as_of", "coverage.rows", "coverage.status", "coverage.covers"];
  document.getElementById("coverage").replaceChildren(
    el("section", { class: "card scroll" }, el("h2", {}, t("coverage.tables")), el("table", { class: "rows" },
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, t(head))))),
      el("tbody", {}, loaded.tables.map((table) => el("tr", {}, [
        el("span", {}, el("strong", {}, table.title), el("br"), el("span", { class: "quiet-text mono" }, table.path)),
        el("span", { class: "nowrap" }, table.valid_from || table.valid_to ? `${table.valid_from ?? "…"} – ${table.valid_to ?? "…"}` : t("coverage.any_day")),
        el("span", { class: "nowrap" }, table.as_of),
        number(String(table.rows)),
        tag(table.status),
        el("span", {}, table.coverage, el("br"), el("span", { class: "quiet-text" }, table.source)),
      ].map((cell, index) => el("td", { "data-head": t(heads[index]) }, cell))))))),
    ...loaded.agreements.map((agreement) => el("section", { class: "card" },
      el("h2", {}, agreement.agreement),
      el("div", { class: "scroll" }, el("table", { class: "rows" },
        el("thead", {}, el("tr", {}, ["coverage.importer", "coverage.mfn", "coverage.preference"].map((head) => el("th", { scope: "col" }, t(head))))),
        el("tbody", {}, agreement.importers.map((importer) => el("tr", {}, [countryWithCode(importer.importer), parts(importer.mfn), parts(importer.preferences)].map((cell, index) => el("td", { "data-head": t(["coverage.importer", "coverage.mfn", "coverage.preference"][index]) }, cell))))))),
      gapsOf(agreement).length ? el("h3", {}, t("coverage.gaps")) : null,
      el("ul", { class: "check" }, gapsOf(agreement).map((gap) => el("li", {}, gap))))));
}
