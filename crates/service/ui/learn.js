// Learn: the library by sector and level, lessons, and a case that is predicted
// before its verdict is shown. The key stays with the service until then.

import { get, post } from "./api.js";
import { alert } from "./app.js";
import { showClass } from "./class.js";
import { showClinic } from "./clinic.js";
import { t } from "./language.js";
import { el, options } from "./make.js";

const KEY = "originis.learn";
const VERDICTS = ["originating", "not_originating", "undetermined"];
const MARKS = { originating: "✓", not_originating: "✕", undetermined: "?" };
const filter = { sector: "", level: "" };
const place = () => document.getElementById("learn");

// ---- progress, in this browser only ----

function progress() {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
}

function remember(id, right) {
  try { localStorage.setItem(KEY, JSON.stringify({ ...progress(), [id]: right ? "right" : "wrong" })); } catch { /* private window */ }
}

function forget() {
  try { localStorage.removeItem(KEY); } catch { /* private window */ }
}

// ---- which part ----

export async function show(rest) {
  const [part, id] = (rest ?? "").split("/");
  const invited = document.body.classList.contains("invited");
  const chosen = invited ? "class" : { lessons: "lessons", lesson: "lessons", class: "class", clinic: "clinic" }[part] ?? "cases";
  for (const link of document.querySelectorAll("#learn-parts a")) {
    if (link.dataset.part === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (chosen === "class") return showClass(place());
  if (chosen === "clinic") return showClinic(place());
  if (part === "lesson" && id) return showLesson(id);
  if (part === "case" && id) return showCase(id);
  const library = await get("/v1/learn");
  if (chosen === "lessons") return showLessons(library);
  return showCases(library);
}

// ---- the library ----

function showCases(library) {
  const sector = el("select", { id: "learn-sector", onchange: (event) => { filter.sector = event.target.value; showCases(library); document.getElementById("learn-sector").focus(); } });
  options(sector, [["", t("learn.all_sectors")], ...library.sectors.map((one) => [one.id, one.name])], filter.sector);
  const level = el("select", { id: "learn-level", onchange: (event) => { filter.level = event.target.value; showCases(library); document.getElementById("learn-level").focus(); } });
  options(level, [["", t("learn.all_levels")], ...["1", "2", "3"].map((one) => [one, t(`learn.level${one}`)])], filter.level);
  const known = progress();
  const right = library.cases.filter((one) => known[one.id] === "right").length;
  const shown = library.cases.filter((one) => (!filter.sector || one.sector === filter.sector) && (!filter.level || String(one.level) === filter.level));
  place().replaceChildren(
    el("section", { class: "card filters", "aria-label": t("learn.cases") },
      el("div", { class: "field" }, el("label", { for: "learn-sector" }, t("learn.sector")), sector),
      el("div", { class: "field" }, el("label", { for: "learn-level" }, t("learn.level")), level),
      el("div", {},
        el("p", { id: "learn-progress", role: "status" }, t("learn.progress", { right, count: library.cases.length })),
        el("div", { class: "row-actions" }, el("button", { type: "button", class: "quiet", id: "learn-forget", onclick: () => { forget(); showCases(library); document.getElementById("learn-progress").textContent = t("learn.forgotten"); document.getElementById("learn-forget").focus(); } }, t("learn.forget"))),
        el("p", { class: "help" }, t("learn.local")))),
    shown.length ? el("div", { class: "sectors" }, library.sectors.filter((one) => shown.some((entry) => entry.sector === one.id)).map((one) => el("section", { class: "card" }, el("h2", {}, one.name), caseList(shown.filter((entry) => entry.sector === one.id))))) : el("p", {}, t("learn.none")));
}

const levelTag = (level) => el("span", { class: `tag level${level}` }, t(`learn.level${level}`));

function caseList(cases) {
  const known = progress();
  return el("ul", { class: "case-list" }, cases.map((one) => el("li", {},
    known[one.id] ? el("span", { class: `mark-small ${known[one.id]}`, "aria-hidden": "true" }, known[one.id] === "right" ? "✓" : "✕") : el("span", { class: "mark-small", "aria-hidden": "true" }, "·"),
    el("a", { href: `#/learn/case/${one.id}` }, one.title, known[one.id] ? el("span", { class: "sr" }, ` (${t(`learn.done_${known[one.id]}`)})`) : null),
    levelTag(one.level))));
}

// ---- lessons ----

function showLessons(library) {
  place().replaceChildren(el("ul", { class: "lesson-grid" }, library.lessons.map((lesson) => el("li", {}, el("div", { class: "card" },
    el("h2", {}, lesson.title),
    el("p", { class: "help" }, t("learn.minutes", { minutes: lesson.minutes, count: lesson.cases.length })),
    el("a", { href: `#/learn/lesson/${lesson.id}` }, t("learn.read"), el("span", { class: "sr" }, `: ${lesson.title}`)))))));
}

async function showLesson(id) {
  const lesson = await get(`/v1/learn/lessons/${encodeURIComponent(id)}`);
  place().replaceChildren(
    el("p", { class: "crumb" }, el("a", { href: "#/learn/lessons" }, `‹ ${t("learn.back_lessons")}`)),
    el("article", { class: "card", id: "lesson" },
      el("div", { class: "head" }, el("h2", {}, lesson.title), el("p", { class: "help" }, t("learn.minutes", { minutes: lesson.minutes, count: lesson.cases.length }))),
      el("div", { class: "prose" }, lesson.sections.map((section) => [el("h2", {}, section.heading), el("p", {}, section.body), section.cite ? el("p", { class: "source" }, section.cite) : null]))),
    el("section", { class: "card" }, el("h2", {}, t("learn.practise")), caseList(lesson.cases)));
}

// ---- a case ----

async function showCase(id) {
  const [question, library] = await Promise.all([get(`/v1/learn/cases/${encodeURIComponent(id)}`), get("/v1/learn")]);
  const after = el("div", { id: "after" });
  const form = choicesForm("choice", question.question, question.choices.map((choice, index) => [String(index), choice]), async (choice) => {
    const { choice: reply } = await post(`/v1/learn/cases/${id}/predictions`, { choice: Number(choice) });
    remember(id, reply.right);
    mark(form, reply.key, Number(choice));
    after.replaceChildren(...answered(id, question, reply, library));
    after.querySelector("h3").focus();
  });
  place().replaceChildren(
    el("p", { class: "crumb" }, el("a", { href: "#/learn" }, `‹ ${t("learn.back_cases")}`), ` · ${question.sector_name}`),
    el("div", { class: "learn-columns" },
      factsCard(question),
      el("div", {}, el("section", { class: "card", id: "ask" }, form, after), el("div", { id: "changes" }))));
}

// Story and facts; a class shows them as well.
export function factsCard(question) {
  const { facts } = question;
  return el("section", { class: "card", "aria-labelledby": "case-title" },
    el("div", { class: "head" }, el("h2", { id: "case-title" }, question.title, " ", levelTag(question.level))),
    el("p", {}, question.story),
    el("h3", {}, t("learn.facts")),
    el("dl", { class: "fact-list" }, facts.lines.flatMap((line) => [el("dt", {}, line.label), el("dd", {}, line.text)])),
    facts.materials === null ? el("p", {}, t("learn.unknown_materials")) : facts.materials.length === 0 ? el("p", {}, t("learn.no_materials")) : el("div", { class: "scroll" }, el("table", { class: "rows" },
      el("thead", {}, el("tr", {}, facts.columns.map((column) => el("th", { scope: "col" }, column)))),
      el("tbody", {}, facts.materials.map((material) => el("tr", {}, ["name", "hs", "origin", "status", "value", "weight_kg"].map((cell, index) => el("td", { "data-head": facts.columns[index] }, material[cell]))))))));
}

// A question with one answer to choose; a class asks with it as well.
export function choicesForm(name, legend, choices, send, label = t("learn.predict")) {
  const problem = el("p", { class: "problem", role: "alert", hidden: true }, t("learn.choose"));
  const button = el("button", { type: "submit", class: "primary" }, label);
  return el("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const chosen = new FormData(event.target).get(name);
      problem.hidden = chosen !== null;
      if (chosen === null) return;
      button.disabled = true;
      try {
        await send(chosen);
        button.hidden = true;
        alert(null);
      } catch (error) {
        button.disabled = false;
        alert(error.message);
      }
    },
  }, el("fieldset", { class: "choices" }, el("legend", {}, legend), choices.map(([value, text], index) => el("label", {},
    el("input", { type: "radio", name, value }),
    el("span", { class: "letter", "aria-hidden": "true" }, `${letter(index)}.`),
    el("span", {}, text)))), problem, button);
}

export const letter = (index) => String.fromCharCode(65 + index);

// Shows which choice fits and which was chosen; nothing can be changed now.
export function mark(form, key, chosen) {
  form.querySelectorAll("label").forEach((label, index) => {
    const input = label.querySelector("input");
    input.disabled = true;
    if (index === chosen) input.checked = true;
    if (index === key) { label.classList.add("fits"); label.append(el("strong", {}, "✓", el("span", { class: "sr" }, ` ${t("learn.fits")}`))); }
    else if (index === chosen) { label.classList.add("missed"); label.append(el("strong", {}, "✕", el("span", { class: "sr" }, ` ${t("learn.your_choice")}`))); }
  });
}

const outcome = (right, ...children) => el("div", { class: `outcome ${right ? "right" : "wrong"}` }, el("h3", { tabindex: -1 }, `${right ? "✓" : "✕"} ${t(right ? "learn.right" : "learn.wrong")}`), children);

function answered(id, question, reply, library) {
  const parts = [outcome(reply.right, el("p", {}, reply.reply), el("p", { class: "source" }, reply.cite)), traceBlock(reply.trace)];
  const closing = () => [
    reply.pitfalls.length ? el("section", { class: "card" }, el("h2", {}, t("learn.pitfalls")), el("ul", { class: "check" }, reply.pitfalls.map((line) => el("li", {}, line)))) : null,
    reply.evidence.length ? el("section", { class: "card" }, el("h2", {}, t("learn.evidence")), el("ul", { class: "check" }, reply.evidence.map((line) => el("li", {}, line)))) : null,
    nextCase(id, library),
  ].filter(Boolean);
  askChange(id, question, 0, closing);
  return parts;
}

function askChange(id, question, number, closing) {
  const changes = document.getElementById("changes");
  if (number >= question.changes.length) { changes.append(...closing()); return; }
  const after = el("div", {});
  const heading = t("learn.change", { number: number + 1, of: question.changes.length });
  const form = choicesForm(`change-${number}`, t("learn.verdict_now"), VERDICTS.map((verdict) => [verdict, t(`verdict.${verdict}`)]), async (verdict) => {
    const { change: reply } = await post(`/v1/learn/cases/${id}/predictions`, { change: number, verdict });
    mark(form, VERDICTS.indexOf(reply.trace.verdict), VERDICTS.indexOf(verdict));
    after.replaceChildren(outcome(reply.right), traceBlock(reply.trace));
    after.querySelector("h3").focus();
    askChange(id, question, number + 1, closing);
  });
  changes.append(el("section", { class: "card change" }, el("h2", {}, heading), el("p", {}, question.changes[number]), form, after));
}

function nextCase(id, library) {
  const known = progress();
  const here = library.cases.findIndex((one) => one.id === id);
  const later = [...library.cases.slice(here + 1), ...library.cases.slice(0, here)];
  const next = later.find((one) => known[one.id] !== "right") ?? later[0];
  return next ? el("p", {}, el("a", { id: "next-case", href: `#/learn/case/${next.id}` }, `${t("learn.next")}: ${next.title} ›`)) : null;
}

// Verdict, rule and tests; a class shows them as well.
export function traceBlock(trace) {
  return el("div", { class: `verdict-block ${trace.verdict}` },
    el("div", { class: trace.verdict }, el("div", { class: "big" }, el("span", { class: "mark", "aria-hidden": "true" }, MARKS[trace.verdict]), el("div", {}, el("h2", { class: "decided" }, trace.sentence), el("p", {}, [trace.agreement, trace.criterion].filter(Boolean).join(" · "))))),
    trace.rule ? el("p", {}, el("strong", {}, `${t("learn.rule")} ${trace.rule}`), " ", trace.rule_words) : null,
    el("h3", {}, t("learn.trace")),
    el("ul", { class: "trace" }, trace.findings.map((finding) => el("li", {}, el("span", { class: `dot ${finding.outcome}`, "aria-hidden": "true" }), el("span", {}, el("span", { class: "sr" }, `${t(`outcome.${finding.outcome}`)}: `), finding.summary, " ", el("span", { class: "source" }, finding.citation))))),
    trace.missing.length ? [el("h3", {}, t("learn.missing")), el("ul", { class: "check" }, trace.missing.map((why) => el("li", {}, why)))] : null,
    trace.decision_id ? el("p", { class: "source mono" }, t("learn.decision", { id: trace.decision_id.slice(0, 16) })) : null);
}
