// The answer: verdict, what is open, rule, arithmetic, rate, what to do. All
// sentences about the law come from the service.

import { get } from "./api.js";
import { alert } from "./app.js";
import { gauge, ratePath } from "./charts.js";
import { country, countryWithCode, dotted, has, language, number, rate, t } from "./language.js";
import { el } from "./make.js";
import { showEffects } from "./materials.js";

const verdictPlace = document.getElementById("verdict");
const detailsPlace = document.getElementById("details");
const SKELETON = ["party_in_force", "product_rule", "minimal_operations", "direct_consignment", "proof", "concession"];
const MARKS = { met: "✓", not_met: "✕", unknown: "?", not_applicable: "–", not_needed: "–" };
const VERDICT_MARKS = { originating: "✓", not_originating: "✕", undetermined: "?" };
let chosen = null;
let told = "";

// Before there is a question that can be decided; `message` says what is wrong
// with the one there is.
export function drawSkeleton(message) {
  verdictPlace.className = "card verdict";
  verdictPlace.replaceChildren(
    el("div", { class: "big" }, el("span", { class: "mark", "aria-hidden": "true" }, "?"), el("div", {}, el("h2", { id: "verdict-title" }, t(message ? "verdict.fault" : "verdict.none")), el("p", {}, message ?? t("verdict.none_help")))),
    el("ul", { class: "chips", "aria-label": t("chips.label") }, SKELETON.map((test) => chip(test, "unknown"))));
  detailsPlace.replaceChildren();
}

export function draw(question, actions) {
  const answers = question.decision.results ?? [question.decision];
  const best = question.decision.best;
  const current = answers.find((answer) => answer.agreement === chosen) ?? answers.find((answer) => answer.agreement === best?.agreement) ?? answers[0];
  drawVerdict(question, answers, current, best, actions);
  drawDetails(question, answers, current, actions);
  for (const place of document.querySelectorAll("[data-effect]")) place.replaceChildren();
  showEffects(current.materials, question.places);
}

function chip(test, outcome, summary) {
  return el("li", { class: `chip ${outcome}`, title: summary ?? null }, el("b", { "aria-hidden": "true" }, MARKS[outcome]), t(`test.${test}`), el("span", { class: "sr" }, `: ${t(`outcome.${outcome}`)}`));
}

function drawVerdict(question, answers, current, best, actions) {
  verdictPlace.className = `card verdict ${current.verdict}`;
  const redraw = (agreement) => { chosen = agreement; draw(question, actions); document.getElementById(`tab-${agreement}`)?.focus(); };
  const tabs = answers.length > 1 ? el("div", { class: "tabs", role: "tablist", "aria-label": t("tabs.label") }, answers.map((answer, index) => el("button", {
    type: "button", role: "tab", id: `tab-${answer.agreement}`, "aria-selected": String(answer === current), tabindex: answer === current ? 0 : -1,
    onclick: () => redraw(answer.agreement),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) redraw(answers[(index + step + answers.length) % answers.length].agreement);
    },
  }, answer.agreement, " ", el("span", { "aria-hidden": "true" }, VERDICT_MARKS[answer.verdict]), el("span", { class: "sr" }, t(`verdict.${answer.verdict}`))))) : null;
  const title = t(`verdict.${current.verdict}_under`, { agreement: current.agreement });
  const line = [current.criterion ? t("verdict.criterion", { criterion: [...current.criteria, ...(current.qualifiers ?? [])].join(", ") }) : null, current.country_of_origin?.party ? t("verdict.country", { country: country(current.country_of_origin.party) }) : null].filter(Boolean).join(" · ");
  const next = nextFact(current);
  verdictPlace.replaceChildren(...[
    tabs,
    el("div", { class: "big" }, el("span", { class: "mark", "aria-hidden": "true" }, VERDICT_MARKS[current.verdict]), el("div", {}, el("h2", { id: "verdict-title" }, title), el("p", {}, line || t(`verdict.${current.verdict}_help`)))),
    best?.why && answers.length > 1 ? el("p", { class: "best" }, best.why) : null,
    el("ul", { class: "chips", "aria-label": t("chips.label") }, chipsOf(current)),
    next ? el("div", { class: "next" }, el("h3", {}, t(isTable(next.fact) ? "next.table" : next.would_settle ? "next.settles" : "next.open")), el("p", {}, next.why), isTable(next.fact) ? null : el("button", { type: "button", class: "quiet", onclick: () => actions.answer(next.fact) }, t("next.answer"))) : null,
    money(current),
    el("p", { class: "claim" }, el("strong", {}, current.claim.summary)),
    el("div", { class: "row-actions" },
      el("button", { type: "button", class: "primary", id: "save", onclick: (event) => save(event.currentTarget, actions) }, t("save")),
      el("button", { type: "button", class: "quiet", id: "print", onclick: () => { drawSheet(question); print(); } }, t("print"))),
    el("p", { class: "help", id: "saved", role: "status" }),
    el("p", { class: "sr", role: "status", id: "verdict-told" }),
  ].filter(Boolean));
  // Screen readers hear the verdict only when it changes.
  const now = `${title}. ${current.claim.summary}`;
  if (now !== told) { told = now; setTimeout(() => { const place = document.getElementById("verdict-told"); if (place) place.textContent = now; }, 50); }
}

// An alternative that was not needed is no failure.
const shown = (finding, answer) => (finding.outcome === "not_met" && answer.verdict === "originating" && !answer.claim.blockers.includes(finding.test) ? "not_needed" : finding.outcome);

// One chip for each test; several findings on one test show the weakest.
function chipsOf(answer) {
  const order = ["not_met", "unknown", "met", "not_applicable"];
  const tests = new Map();
  for (const finding of answer.findings) {
    const known = tests.get(finding.test);
    if (!known || order.indexOf(finding.outcome) < order.indexOf(known.outcome)) tests.set(finding.test, finding);
  }
  return [...tests.values()].filter((finding) => finding.outcome !== "not_applicable").map((finding) => chip(finding.test, shown(finding, answer), finding.summary));
}

const isTable = (fact) => fact.startsWith("rules.");

// Questions about the claim wait until the verdict is settled.
const CLAIM = ["proof", "direct_consignment", "concession", "country_of_origin"];

function nextFact(answer) {
  const questions = answer.missing.filter((missing) => !isTable(missing.fact));
  const ofVerdict = questions.filter((missing) => !CLAIM.includes(missing.test));
  const first = answer.verdict === "undetermined" && ofVerdict.length ? ofVerdict : questions;
  return first.find((missing) => missing.would_settle) ?? first[0] ?? answer.missing[0] ?? null;
}

function money(answer) {
  const cell = (label, value) => el("div", {}, el("dt", {}, label), el("dd", {}, value));
  const shown = answer.rate;
  const absent = ["known", "conditional"].includes(shown.status) ? "–" : t(`rate.${shown.status}`);
  return el("dl", { class: "money" },
    cell(t("rate.mfn"), shown.mfn === null ? t("rate.not_loaded") : rate(shown.mfn)),
    cell(t("rate.preferential", { agreement: answer.agreement }), shown.preferential === null ? absent : rate(shown.preferential)),
    cell(t("rate.saving"), shown.saving === null ? "–" : number(shown.saving)));
}

async function save(button, actions) {
  button.disabled = true;
  try {
    const ids = await actions.save();
    document.getElementById("saved").textContent = t("saved", { ids: ids.map((id) => id.slice(0, 16)).join(", ") });
  } catch (error) {
    alert(error.message);
  }
  button.disabled = false;
}

// ---- below the verdict ----

function drawDetails(question, answers, answer, actions) {
  const content = answer.findings.find((finding) => finding.test === "value_content" && finding.figures?.threshold !== undefined);
  const advice = (question.decision.advice ?? []).find((entry) => entry.agreement === answer.agreement);
  const path = el("div", {});
  detailsPlace.replaceChildren(...[
    answer.verdict !== "originating" && advice?.repairs?.length ? section("repairs.title", el("p", { class: "help" }, t("repairs.help")), el("ul", { class: "plain" }, advice.repairs.map((repair) => el("li", {}, repair)))) : null,
    advice?.claim_repairs?.length ? section("claim_repairs.title", el("ul", { class: "plain" }, advice.claim_repairs.map((repair) => el("li", {}, repair)))) : null,
    answer.rule ? section("rule.title",
      el("p", { class: "rule-text" }, answer.rule.text),
      el("p", {}, answer.rule.words),
      el("p", { class: "source" }, t("rule.source", { source: answer.rule.source, code: dotted(answer.rule.code), level: t(`level.${answer.rule.level}`), edition: answer.rule.hs_edition }), " ", tag(answer.rule.status))) : null,
    content ? section("gauge.heading", gauge(content.figures)) : null,
    section("findings.title", el("p", { class: "help" }, t("findings.help")), answer.findings.filter((finding) => finding.outcome !== "not_applicable").map((finding) => showFinding(finding, answer, question))),
    answer.missing.length ? section("missing.title", el("ul", { class: "plain" }, answer.missing.map((missing) => showMissing(missing, actions)))) : null,
    answer.notes.length ? section("notes.title", answer.notes.map((note) => el("p", { class: "note" }, note.text))) : null,
    section("rate.title", el("p", {}, answer.rate.summary), answer.rate.sources.length ? el("p", { class: "source" }, answer.rate.sources.join(t("comma"))) : null, path),
    advice?.evidence?.length ? section("evidence.title", el("ul", { class: "check" }, advice.evidence.map((line) => el("li", {}, line)))) : null,
    advice?.proofs?.length ? section("proofs.title", el("ul", { class: "check" }, advice.proofs.filter((allowed) => allowed.usable !== "not_met").map((allowed) => el("li", {}, t(`proof.${allowed.proof}`), allowed.usable === "unknown" ? ` – ${t("proofs.unknown")}` : "", allowed.citation ? el("span", { class: "source" }, ` (${allowed.citation})`) : null)))) : null,
    advice?.margin?.length ? section("margin.title", el("ul", { class: "check" }, advice.margin.map((line) => el("li", {}, line)))) : null,
    answers.length > 1 ? section("compare.title", comparison(answers)) : null,
  ].filter(Boolean));
  drawPath(path, question, answers);
}

function section(title, ...children) {
  return el("section", { class: "card" }, el("div", { class: "head" }, el("h2", {}, t(title))), children);
}

export const tag = (status) => el("span", { class: `tag ${status}` }, t(`status.${status}`));

// The place in the law, in the language of the page where the answer has it.
const cited = (finding) => finding.citation_text ?? finding.citation;

function showFinding(finding, answer, question) {
  return el("details", { class: "finding" },
    el("summary", {}, el("span", { class: `dot ${shown(finding, answer)}`, "aria-hidden": "true" }), el("span", {}, el("strong", {}, t(`test.${finding.test}`)), " ", el("span", { class: "quiet-text" }, t(`outcome.${shown(finding, answer)}`)))),
    el("div", { class: "body" }, el("p", {}, finding.summary), figures(finding.figures), materialLinks(finding, answer, question), el("p", { class: "source" }, cited(finding))));
}

function figures(values) {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (!entries.length) return null;
  return el("dl", {}, entries.flatMap(([key, value]) => [el("dt", {}, has(`figure.${key}`) ? t(`figure.${key}`) : key), el("dd", {}, shownFigure(key, value))]));
}

function shownFigure(key, value) {
  if (/share|threshold|build_down$|build_up$/.test(key)) return rate(value);
  if (/outcome/.test(key)) return t(`outcome.${value}`);
  if (key === "level") return t(`level.${value}`);
  return number(String(value));
}

// Leads from a number or a finding to the rows it rests on.
function materialLinks(finding, answer, question) {
  if (!finding.materials?.length) return null;
  return el("p", {}, t("findings.rows"), " ", finding.materials.map((index, at) => [at ? t("comma") : "", el("button", {
    type: "button", class: "link",
    onclick: () => document.querySelector(`[data-path="${question.places.get(`materials[${index}]`)}.name"]`)?.focus(),
  }, answer.materials[index]?.name ?? `#${index + 1}`)]));
}

function showMissing(missing, actions) {
  return el("li", {}, missing.why, missing.would_settle ? el("span", { class: "tag undetermined" }, t("missing.settles")) : null, missing.candidates?.length ? el("span", { class: "quiet-text" }, ` ${t("missing.candidates")} ${missing.candidates.map(dotted).join(t("comma"))}`) : null, " ", isTable(missing.fact) ? null : el("button", { type: "button", class: "link", onclick: () => actions.answer(missing.fact) }, t("next.answer")));
}

function comparison(answers) {
  const row = (label, value) => el("tr", {}, el("th", { scope: "row" }, t(label)), answers.map((answer) => el("td", { "data-head": answer.agreement }, value(answer))));
  return el("div", { class: "scroll" }, el("table", { class: "compare" },
    el("thead", {}, el("tr", {}, el("td", {}), answers.map((answer) => el("th", { scope: "col" }, answer.agreement)))),
    el("tbody", {},
      row("compare.verdict", (answer) => t(`verdict.${answer.verdict}`)),
      row("compare.rule", (answer) => answer.rule?.text ?? "–"),
      row("rate.mfn", (answer) => (answer.rate.mfn === null ? t("rate.not_loaded") : rate(answer.rate.mfn))),
      row("compare.rate", (answer) => (answer.rate.preferential === null ? t(`rate.${answer.rate.status}`) : rate(answer.rate.preferential))),
      row("rate.saving", (answer) => (answer.rate.saving === null ? "–" : number(answer.rate.saving))),
      row("compare.claim", (answer) => t(`claim.${answer.claim.outcome}`)))));
}

const kept = new Map();

async function drawPath(place, question, answers) {
  const { request } = question;
  const key = [request.good.hs, request.good.hs_edition, request.from, request.to, language].join();
  if (!kept.has(key)) {
    const query = new URLSearchParams({ from: request.from, to: request.to });
    if (request.good.hs_edition) query.set("edition", request.good.hs_edition);
    kept.set(key, get(`/v1/rates/${request.good.hs}?${query}`).catch(() => null));
  }
  const rates = await kept.get(key);
  if (!rates || !place.isConnected) return;
  const paths = rates.agreements.filter((path) => answers.some((answer) => answer.agreement === path.agreement)).map((path) => ({ agreement: path.agreement, spans: path.path.map((span) => ({ ...span.rate, from: span.from, to: span.to })) }));
  const day = request.date ?? new Date().toISOString().slice(0, 10);
  const chart = paths.length ? ratePath(paths, day) : null;
  const table = el("details", {}, el("summary", {}, t("path.table")), el("div", { class: "scroll" }, el("table", { class: "rows" },
    el("thead", {}, el("tr", {}, ["path.agreement", "path.from", "path.to", "path.mfn", "path.preferential"].map((label) => el("th", { scope: "col" }, t(label))))),
    el("tbody", {}, paths.flatMap((path) => path.spans.map((span) => el("tr", {}, [["path.agreement", path.agreement], ["path.from", span.from ?? "…"], ["path.to", span.to ?? "…"], ["path.mfn", span.mfn === null ? t("rate.not_loaded") : rate(span.mfn)], ["path.preferential", span.preferential === null ? t(`rate.${span.status}`) : rate(span.preferential)]].map(([label, value]) => el("td", { "data-head": t(label) }, value)))))))));
  place.replaceChildren(...[chart ? el("h3", {}, t("path.title")) : null, chart, paths.length ? table : null].filter(Boolean));
}

// ---- the printed sheet: one A4 ----

export function drawSheet(question) {
  const sheet = document.getElementById("sheet");
  if (!question) { sheet.replaceChildren(el("h1", {}, "Originis"), el("p", {}, t("verdict.none"))); return; }
  const answers = question.decision.results ?? [question.decision];
  const answer = answers.find((entry) => entry.agreement === chosen) ?? answers.find((entry) => entry.agreement === question.decision.best?.agreement) ?? answers[0];
  const { request } = question;
  const good = request.good;
  const content = answer.findings.find((finding) => finding.test === "value_content" && finding.figures?.threshold !== undefined);
  const advice = (question.decision.advice ?? []).find((entry) => entry.agreement === answer.agreement);
  const listed = answer.materials.slice(0, 14);
  const facts = [good.name, dotted(good.hs), `${country(request.from)} → ${country(request.to)}`, request.date, good.fob ? `${t("value.fob_short")} ${number(good.fob)} ${good.currency ?? ""}` : null].filter(Boolean).join(" · ");
  sheet.replaceChildren(...[
    el("h1", {}, t("sheet.title")),
    el("p", {}, facts),
    el("p", { class: "verdict-line" }, `${VERDICT_MARKS[answer.verdict]} ${t(`verdict.${answer.verdict}_under`, { agreement: answer.agreement })}`, answer.criterion ? ` · ${t("verdict.criterion", { criterion: [...answer.criteria, ...answer.qualifiers].join(", ") })}` : ""),
    el("p", {}, answer.claim.summary),
    answer.rule ? el("h2", {}, t("rule.title")) : null,
    answer.rule ? el("p", {}, el("strong", {}, answer.rule.text), ` — ${answer.rule.words} (${answer.rule.source}; ${t(`status.${answer.rule.status}`)})`) : null,
    listed.length ? el("h2", {}, t("materials.title")) : null,
    listed.length ? el("table", {}, el("thead", {}, el("tr", {}, ["name", "hs", "origin", "value"].map((column) => el("th", {}, t(`column.${column}`))), el("th", {}, t("column.effect")))), el("tbody", {}, listed.map((material) => el("tr", {}, el("td", {}, material.name ?? `#${material.index + 1}`), el("td", {}, dotted(material.hs)), el("td", {}, material.origin ?? "–"), el("td", {}, number(material.value) || "–"), el("td", {}, material.effect))))) : null,
    answer.materials.length > listed.length ? el("p", {}, t("sheet.more", { count: answer.materials.length - listed.length })) : null,
    content && content.figures.build_down ? el("p", {}, `RVC = (${t("value.fob_short")} ${number(content.figures.fob)} − VNM ${number(content.figures.vnm)}) / ${number(content.figures.fob)} = ${rate(content.figures.build_down)} (${t("gauge.needed", { threshold: rate(content.figures.threshold) })})`) : null,
    el("h2", {}, t("findings.title")),
    el("table", {}, el("tbody", {}, answer.findings.filter((finding) => finding.outcome !== "not_applicable").slice(0, 16).map((finding) => el("tr", {}, el("td", { class: "tick" }, MARKS[shown(finding, answer)]), el("td", { class: "test" }, t(`test.${finding.test}`)), el("td", {}, cited(finding)))))),
    el("div", { class: "pair" },
      el("div", {}, el("h2", {}, t("rate.title")), el("p", {}, answer.rate.summary)),
      el("div", {}, el("h2", {}, t(answer.missing.length ? "missing.title" : "evidence.title")), el("ul", {}, (answer.missing.length ? answer.missing.slice(0, 6).map((missing) => missing.why) : (advice?.evidence ?? []).slice(0, 8)).map((line) => el("li", {}, line))))),
    el("p", { class: "foot" }, t("sheet.foot", { as_of: answer.rules.as_of, fingerprint: answer.rules.fingerprint.slice(0, 16), decision: answer.decision_id.slice(0, 16) }), " ", t("footer.limits")),
  ].filter(Boolean));
}
