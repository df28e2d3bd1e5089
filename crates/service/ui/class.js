// A class: the trainer opens it, participants answer on their phones, everybody
// sees how the room chose. The page knows only its own token.

import { get, post } from "./api.js";
import { alert } from "./app.js";
import { language, t } from "./language.js";
import { choicesForm, factsCard, letter, mark, traceBlock } from "./learn.js";
import { el, options, svg } from "./make.js";

const KEY = "originis.class";
const EVERY = 1500;
let timer;
let drawn = "";
let mine = null;

// The code in the address of someone invited to a class.
const invitation = new URLSearchParams(location.search).get("class");
export const invited = () => invitation !== null;
if (invited()) document.body.classList.add("invited");

function kept() {
  try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
}

function keep(place) {
  mine = null;
  try { if (place) sessionStorage.setItem(KEY, JSON.stringify(place)); else sessionStorage.removeItem(KEY); } catch { /* private window */ }
}

const headers = (token) => ({ headers: { "x-class-token": token } });

export async function showClass(root) {
  clearTimeout(timer);
  drawn = "";
  const held = kept();
  if (held && (!invited() || held.code === invitation.toUpperCase())) return follow(root, held);
  await showDoor(root);
}

// Where nobody is in a class yet.
async function showDoor(root) {
  const code = el("input", { id: "class-code", class: "code-input", maxlength: 6, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: invitation ?? "" });
  const join = el("section", { class: "card" },
    el("div", { class: "head" }, el("h2", {}, t("class.join_title")), el("p", { class: "help" }, t("class.join_help"))),
    el("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        await attempt(async () => {
          const wanted = code.value.trim().toUpperCase();
          const { token } = await post(`/v1/classes/${encodeURIComponent(wanted)}/participants`, {});
          keep({ code: wanted, token, trainer: false });
          await showClass(root);
        });
      },
    }, el("label", { for: "class-code" }, t("class.code")), code, el("div", { class: "row-actions" }, el("button", { type: "submit", class: "primary", id: "class-join" }, t("class.join")))));
  root.replaceChildren(join);
  if (invited()) return;
  const library = await get("/v1/learn");
  const about = el("select", { id: "class-about" });
  options(about, [...library.sectors.map((sector) => [`sector/${sector.id}`, `${t("learn.sector")}: ${sector.name}`]), ...library.lessons.map((lesson) => [`lesson/${lesson.id}`, `${t("learn.lessons")}: ${lesson.title}`])]);
  root.append(el("section", { class: "card" },
    el("div", { class: "head" }, el("h2", {}, t("class.open_title")), el("p", { class: "help" }, t("class.open_help"))),
    el("div", { class: "field" }, el("label", { for: "class-about" }, t("class.about")), about),
    el("div", { class: "row-actions" }, el("button", {
      type: "button", class: "primary", id: "class-open",
      onclick: () => attempt(async () => {
        const [kind, id] = about.value.split("/");
        const opened = await post("/v1/classes", { [kind]: id });
        keep({ code: opened.code, token: opened.trainer_token, trainer: true });
        await showClass(root);
      }),
    }, t("class.open")))));
}

async function attempt(work) {
  try {
    alert(null);
    await work();
  } catch (error) {
    alert(error.message);
  }
}

// Looks again and again; one lost look does not matter.
async function follow(root, held) {
  clearTimeout(timer);
  if (!root.isConnected || document.getElementById("view-learn").hidden) return;
  let again = true;
  try {
    const state = await get(`/v1/classes/${held.code}`, headers(held.token));
    if (kept()?.token !== held.token) return;
    draw(root, held, state);
    again = state.stage !== "ended";
  } catch (error) {
    if (error.status === 404) {
      keep(null);
      again = false;
      await showDoor(root);
      alert(error.message);
    } else if (!drawn) alert(error.message);
  }
  if (again) timer = setTimeout(() => { if (location.hash.startsWith("#/learn/class") || invited()) follow(root, held); }, EVERY);
}

// Only the figures are drawn anew while nothing else has changed, so that a
// choice not yet sent stays chosen.
function draw(root, held, state) {
  const now = [held.token, state.number, state.stage, state.you_answered, language].join();
  if (now !== drawn) {
    drawn = now;
    root.replaceChildren(...(state.stage === "ended" ? over(root) : held.trainer ? trainer(root, held, state) : participant(root, held, state)));
  }
  drawFigures(state);
}

function over(root) {
  return [el("section", { class: "card", id: "class-over" }, el("p", { role: "status" }, t("class.over")), el("div", { class: "row-actions" }, el("button", { type: "button", class: "quiet", onclick: () => { keep(null); showClass(root); } }, t("class.again"))))];
}

const head = (state) => el("div", { class: "class-head" }, el("strong", {}, t("class.question", { number: state.number, of: state.of })), el("span", { id: "class-joined" }), el("span", { id: "class-answered", role: "status" }));

function trainer(root, held, state) {
  const revealed = state.stage === "revealed";
  const step = (action) => () => attempt(async () => draw(root, held, await post(`/v1/classes/${held.code}/steps`, { action }, headers(held.token))));
  const asked = choicesForm("class-shown", state.question.question, state.question.choices.map((choice, index) => [String(index), choice]), async () => {});
  asked.querySelector("button").hidden = true;
  if (revealed) mark(asked, state.revealed.key, -1);
  else for (const input of asked.querySelectorAll("input")) input.disabled = true;
  return [
    el("section", { class: "card" }, el("h2", {}, t("class.code")), el("p", { class: "code", id: "class-shown-code" }, state.code), el("p", { class: "help" }, t("class.address")), el("p", { class: "address" }, `${location.origin}/?class=${state.code}`)),
    el("div", { class: "learn-columns" }, factsCard(state.question), el("div", {},
      el("section", { class: "card" }, head(state), asked,
        el("div", { class: "row-actions" },
          revealed ? null : el("button", { type: "button", class: "primary", id: "class-reveal", onclick: step("reveal") }, t("class.reveal")),
          el("button", { type: "button", class: revealed ? "primary" : "quiet", id: "class-next", onclick: step("next") }, t(state.number < state.of ? "class.next" : "class.finish")),
          state.number < state.of ? el("button", { type: "button", class: "quiet", id: "class-end", onclick: step("end") }, t("class.end")) : null)),
      distributionCard(),
      revealed ? el("section", { class: "card" }, replies(state), traceBlock(state.revealed.trace)) : null)),
  ];
}

function participant(root, held, state) {
  const revealed = state.stage === "revealed";
  const asked = choicesForm(`class-${state.number}`, state.question.question, state.question.choices.map((choice, index) => [String(index), choice]), async (choice) => {
    const next = await post(`/v1/classes/${held.code}/answers`, { question: state.number, choice: Number(choice) }, headers(held.token));
    mine = { number: state.number, choice: Number(choice) };
    draw(root, held, next);
  }, t("class.answer"));
  const chosen = mine?.number === state.number ? mine.choice : -1;
  if (revealed) mark(asked, state.revealed.key, chosen);
  if (revealed || state.you_answered) {
    asked.querySelector("button").hidden = true;
    asked.querySelectorAll("input").forEach((input, index) => { input.disabled = true; input.checked = index === chosen; });
  }
  return [
    el("section", { class: "card" }, head(state), asked, state.you_answered && !revealed ? el("p", { class: "best", role: "status" }, t("class.waiting")) : null),
    revealed || state.you_answered ? distributionCard() : null,
    revealed ? el("section", { class: "card" }, replies(state), traceBlock(state.revealed.trace)) : null,
    factsCard(state.question),
    el("div", { class: "row-actions" }, el("button", { type: "button", class: "quiet", id: "class-leave", onclick: () => { keep(null); showClass(root); } }, t("class.leave"))),
  ].filter(Boolean);
}

const replies = (state) => el("ul", { class: "trace" }, state.revealed.replies.map((reply, index) => el("li", {}, el("strong", {}, letter(index), index === state.revealed.key ? " ✓" : ""), el("span", {}, reply.reply, " ", el("span", { class: "source" }, reply.cite)))));

const distributionCard = () => el("section", { class: "card", id: "distribution", "aria-label": t("class.distribution") });

function drawFigures(state) {
  const put = (id, text) => {
    const target = document.getElementById(id);
    if (target && target.textContent !== text) target.textContent = text;
  };
  put("class-joined", t("class.joined", { count: state.participants }));
  put("class-answered", t("class.answered", { count: state.answered }));
  const card = document.getElementById("distribution");
  if (!card || !state.counts || !state.question) return;
  const figures = JSON.stringify([state.counts, state.revealed?.key]);
  if (card.dataset.figures === figures) return;
  card.dataset.figures = figures;
  card.replaceChildren(el("h2", {}, t("class.distribution")), chart(state), distributionTable(state));
}

function chart({ counts, revealed }) {
  const most = Math.max(1, ...counts);
  const [row, width, left] = [34, 360, 26];
  const text = counts.map((count, index) => t("class.bar", { letter: letter(index), count })).join(t("comma"));
  return el("div", { class: "chart" }, svg("svg", { viewBox: `0 0 ${width} ${row * counts.length}`, role: "img", "aria-label": t("class.chart", { text }) },
    counts.flatMap((count, index) => {
      const y = index * row + 5;
      const full = width - left - 44;
      return [
        svg("text", { x: 0, y: y + 17, "font-size": 15, "font-weight": 650 }, letter(index)),
        svg("rect", { class: "bar-ground", x: left, y, width: full, height: 24, rx: 4 }),
        svg("rect", { class: `bar-shape${revealed?.key === index ? " fits" : ""}`, x: left, y, width: Math.max(count ? 4 : 0, (full * count) / most), height: 24, rx: 4 }),
        svg("text", { x: left + full + 8, y: y + 17, "font-size": 15 }, `${count}${revealed?.key === index ? " ✓" : ""}`),
      ];
    })));
}

function distributionTable({ counts, question, revealed }) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return el("table", { class: "rows", id: "distribution-table" },
    el("thead", {}, el("tr", {}, ["class.choice", "class.count", "class.share"].map((label) => el("th", { scope: "col" }, t(label))))),
    el("tbody", {}, counts.map((count, index) => el("tr", {},
      el("td", { "data-head": t("class.choice") }, `${letter(index)}. ${question.choices[index]}${revealed?.key === index ? " ✓" : ""}`),
      el("td", { "data-head": t("class.count") }, String(count)),
      el("td", { "data-head": t("class.share") }, all ? `${Math.round((100 * count) / all)}%` : "–")))));
}
