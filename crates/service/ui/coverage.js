// What is loaded, from when, and how sure it is.

import { get } from "./api.js";
import { countryWithCode, number, t } from "./language.js";
import { el } from "./make.js";
import { tag } from "./result.js";

const parts = (rates) => (rates.length ? el("ul", { class: "plain" }, rates.map((part) => el("li", {}, t("coverage.part", part), " ", tag(part.status)))) : el("span", { class: "quiet-text" }, t("coverage.none")));

const IMPORTER = ["coverage.importer", "coverage.mfn", "coverage.preference", "coverage.gaps"];

const list = (gaps) => el("ul", { class: "check" }, gaps.map((gap) => el("li", {}, gap)));

// What an importer lacks stands beside it; below the table is what all lack.
const ofAll = (agreement) => agreement.gaps.filter((gap) => !agreement.importers.some((importer) => importer.gaps.includes(gap)));

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
        el("thead", {}, el("tr", {}, IMPORTER.map((head) => el("th", { scope: "col" }, t(head))))),
        el("tbody", {}, agreement.importers.map((importer) => el("tr", {}, [countryWithCode(importer.importer), parts(importer.mfn), parts(importer.preferences), list(importer.gaps)].map((cell, index) => el("td", { "data-head": t(IMPORTER[index]) }, cell))))))),
      ofAll(agreement).length ? el("h3", {}, t("coverage.gaps")) : null,
      list(ofAll(agreement)))));
}
