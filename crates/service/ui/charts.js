// Charts as SVG. Positions on the screen are the only arithmetic done here.

import { number, rate, t } from "./language.js";
import { el, svg } from "./make.js";

const share = (text) => Math.max(0, Math.min(100, Number(text)));

// Regional value content against the share required.
export function gauge(figures) {
  const known = figures.build_down ?? figures.build_up ?? null;
  const met = figures.build_down_outcome === "met" || figures.build_up_outcome === "met";
  const open = known === null;
  const width = 420;
  const at = (text) => 10 + share(text) * 4;
  const colour = open ? "#9aa7b3" : met ? "#17633a" : "#9b231c";
  const title = open
    ? t("gauge.open", { threshold: rate(figures.threshold) })
    : t("gauge.title", { share: rate(known), threshold: rate(figures.threshold) });
  const picture = svg("svg", { viewBox: `0 0 ${width} 92`, role: "img", "aria-label": title },
    svg("rect", { x: 10, y: 34, width: 400, height: 18, rx: 4, fill: "#e3e8ed" }),
    open ? [] : svg("rect", { x: 10, y: 34, width: Math.max(share(known) * 4, 2), height: 18, rx: 4, fill: colour }),
    svg("line", { x1: at(figures.threshold), x2: at(figures.threshold), y1: 26, y2: 60, stroke: "#17212b", "stroke-width": 2 }),
    text(at(figures.threshold), 76, t("gauge.needed", { threshold: rate(figures.threshold) }), "middle", 12),
    text(10, 76, "0", "start", 11), text(410, 76, "100%", "end", 11),
    open ? text(210, 22, t("unknown"), "middle", 13) : text(Math.max(30, Math.min(390, at(known))), 22, rate(known), "middle", 14, 700));
  const rows = [["vnm", "figure.vnm"], ["vom", "figure.vom"], ["fob", "figure.fob"]].filter(([key]) => figures[key] !== undefined && figures[key] !== null);
  return el("figure", { class: "figure" }, picture, el("figcaption", { class: "help" }, rows.map(([key, label]) => `${t(label)} ${number(figures[key])}`).join(t("comma")) || title));
}

function text(x, y, content, anchor, size, weight) {
  const element = svg("text", { x, y, "text-anchor": anchor, "font-size": size, "font-weight": weight ?? null });
  element.textContent = content;
  return element;
}

const COLOURS = { mfn: "#6b7782", RCEP: "#0b5a86", APTA: "#8a4b08" };
const DASHES = { mfn: "6 4", RCEP: null, APTA: "2 3" };

// The rate over the years as steps: most-favoured-nation against each agreement.
// Rates that are no single percentage are listed in the table only.
export function ratePath(paths, day) {
  const spans = paths.flatMap((path) => path.spans);
  const starts = spans.map((span) => span.from).filter(Boolean).sort();
  if (!starts.length) return null;
  const first = Number(starts[0].slice(0, 4));
  const last = Math.max(...spans.map((span) => Number((span.to ?? span.from ?? starts[0]).slice(0, 4))), Number(day.slice(0, 4)));
  const years = Math.max(1, last - first + 1);
  const numbers = spans.flatMap((span) => [span.mfn, span.preferential]).filter((value) => /^\d+(\.\d+)?$/.test(value ?? "")).map(Number);
  if (!numbers.length) return null;
  const top = Math.max(...numbers, 1) * 1.15;
  const [left, right, head, foot] = [44, 410, 14, 150];
  const x = (date) => left + ((Number(date.slice(0, 4)) - first) + (Number(date.slice(5, 7)) - 1) / 12) / years * (right - left);
  const y = (value) => foot - Number(value) / top * (foot - head);
  const lines = [];
  const draw = (name, steps) => {
    let d = "";
    for (const step of steps) {
      if (!/^\d+(\.\d+)?$/.test(step.value ?? "")) continue;
      const from = step.from ? x(step.from) : left;
      const to = step.to ? Math.min(right, x(next(step.to))) : right;
      d += `${d && Math.abs(step.joins - from) < .6 ? "L" : "M"}${from.toFixed(1)} ${y(step.value).toFixed(1)}H${to.toFixed(1)}`;
      step.after = to;
    }
    if (d) lines.push(svg("path", { d, fill: "none", stroke: COLOURS[name] ?? "#444", "stroke-width": name === "mfn" ? 2 : 2.6, "stroke-dasharray": DASHES[name] }));
  };
  draw("mfn", (paths[0]?.spans ?? []).map((span) => ({ ...span, value: span.mfn, joins: -1 })));
  for (const path of paths) draw(path.agreement, path.spans.map((span) => ({ ...span, value: span.preferential, joins: -1 })));
  const ticks = [];
  const step = Math.ceil(years / 7);
  for (let year = first; year <= last; year += step) ticks.push(text(x(`${year}-01-01`), 168, String(year), "start", 11));
  const grid = [0, .5, 1].map((part) => {
    const value = Math.round(top / 1.15 * part * 10) / 10;
    return [svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), stroke: "#e3e8ed" }), text(left - 6, y(value) + 4, `${value}%`, "end", 11)];
  });
  const today = x(day);
  return el("figure", { class: "figure" },
    svg("svg", { viewBox: "0 0 420 176", role: "img", "aria-label": t("path.label") }, grid, ticks, svg("line", { x1: today, x2: today, y1: head, y2: foot, stroke: "#17212b", "stroke-dasharray": "1 3" }), lines),
    el("ul", { class: "legend" }, el("li", {}, el("span", { class: "key mfn" }), t("path.mfn")), paths.map((path) => el("li", {}, el("span", { class: `key ${path.agreement}` }), path.agreement)), el("li", {}, t("path.day", { day }))));
}

// The day after, so that a span that ends on 31 December meets the next.
function next(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
