// Company clinic: a product list in, the products whose preference is unused and
// worth it out, with the lesson that fits each.

import { postFile } from "./api.js";
import { alert } from "./app.js";
import { countryWithCode, dotted, language, number, rate, t } from "./language.js";
import { el } from "./make.js";

const EXAMPLE = {
  en: "hs,name,from,to,customs_value,agreement\n6110.12,cashmere pullover,CN,JP,100000,\n2803.00,carbon black,CN,JP,100000,\n3923.10,plastic box,CN,JP,500000,\n",
  zh: "商品编号,商品名称,原产国,最终目的国,总价,优惠贸易协定代码\n6110.12,羊绒套头衫,中国,日本,100000,\n2803.00,炭黑,中国,日本,100000,\n3923.10,塑料盒,中国,日本,500000,\n",
};
const STANDING = { unused: "originating", conditional: "undetermined", not_loaded: "undetermined", unusable: "not_originating" };

export function showClinic(root) {
  const text = el("textarea", { id: "clinic-text", rows: 7, spellcheck: "false", class: "mono", "aria-describedby": "clinic-help" });
  const fileName = el("span", { id: "clinic-file-name" }, t("files.no_file"));
  const file = el("input", { id: "clinic-file", type: "file", accept: ".csv,.txt,.tsv,.xlsx,.ndjson,.jsonl", "aria-labelledby": "clinic-file-label clinic-file-name", onchange: () => { fileName.textContent = file.files[0]?.name ?? t("files.no_file"); } });
  const date = el("input", { id: "clinic-date", type: "date", value: new Date().toISOString().slice(0, 10) });
  const result = el("div", { id: "clinic-result", "aria-live": "polite" });
  const rank = async (event) => {
    event.preventDefault();
    const list = file.files[0] ?? (text.value.trim() ? new Blob([text.value]) : null);
    if (!list) { alert(t("clinic.empty")); text.focus(); return; }
    try {
      alert(null);
      const answer = await postFile(`/v1/learn/clinic?date=${date.value}`, list);
      result.replaceChildren(ranked(answer));
    } catch (error) {
      alert([error.message, ...(error.faults ?? []).map((fault) => fault.detail)].join(" "));
    }
  };
  root.replaceChildren(
    el("section", { class: "card" },
      el("div", { class: "head" }, el("h2", {}, t("clinic.title")), el("p", { class: "help", id: "clinic-help" }, t("clinic.help"))),
      el("form", { onsubmit: rank },
        el("div", { class: "field" }, el("label", { for: "clinic-text" }, t("clinic.paste")), text),
        el("div", { class: "fields two" },
          el("div", { class: "field" }, el("span", { class: "label", id: "clinic-file-label" }, t("clinic.file")), el("div", { class: "file" }, file, el("label", { for: "clinic-file", class: "choose" }, t("files.pick")), fileName)),
          el("div", { class: "field" }, el("label", { for: "clinic-date" }, t("clinic.date")), date)),
        el("div", { class: "row-actions" },
          el("button", { type: "submit", class: "primary", id: "clinic-rank" }, t("clinic.rank")),
          el("button", { type: "button", class: "quiet", id: "clinic-example", onclick: () => { text.value = EXAMPLE[language]; text.focus(); } }, t("clinic.example"))))),
    result);
}

function ranked({ products }) {
  const heads = ["clinic.product", "clinic.route", "clinic.standing", "clinic.rule", "clinic.mfn", "clinic.preferential", "clinic.saving", "clinic.lesson"];
  return el("section", { class: "card" },
    el("h2", {}, t("clinic.result", { count: products.length })),
    el("div", { class: "scroll" }, el("table", { class: "rows" },
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, t(head))))),
      el("tbody", {}, products.map((one) => el("tr", {}, [
        el("span", {}, el("strong", {}, one.product.name || "–"), el("br"), el("span", { class: "mono quiet-text" }, dotted(one.product.hs))),
        [one.product.from, one.product.to].map((code) => (code ? countryWithCode(code) : "–")).join(" → "),
        el("span", {}, el("span", { class: `tag ${STANDING[one.standing] ?? ""}` }, t(`clinic.${one.standing}`)), one.problem ? el("span", { class: "problem" }, ` ${one.problem}`) : null),
        [one.agreement, one.rule].filter(Boolean).join(" ") || "–",
        one.mfn ? rate(one.mfn) : "–",
        one.preferential ? rate(one.preferential) : "–",
        one.yearly_saving ? number(one.yearly_saving) : "–",
        one.lesson ? el("a", { href: `#/learn/lesson/${one.lesson}` }, t("learn.read")) : "–",
      ].map((cell, index) => el("td", { "data-head": t(heads[index]) }, cell))))))));
}
