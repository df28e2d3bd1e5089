// Starts the page: language, the date of the data, and the views.

import { get } from "./api.js";
import { firstLanguage, language, t, useLanguage } from "./language.js";
import * as check from "./check.js";
import * as files from "./files.js";
import * as records from "./records.js";
import * as coverage from "./coverage.js";
import * as learn from "./learn.js";
import { invited } from "./class.js";

const views = { check, files, records, coverage, learn };

export function alert(message) {
  const place = document.getElementById("alert");
  place.textContent = message ?? "";
  place.hidden = !message;
}

async function showDatum() {
  const place = document.getElementById("datum");
  // Who was invited to a class has no key, and needs none for the version.
  const [version, loaded] = await Promise.all([get("/v1/version"), invited() ? { tables: [] } : get("/v1/coverage")]);
  const counts = new Map();
  for (const table of loaded.tables) counts.set(table.status, (counts.get(table.status) ?? 0) + 1);
  const statuses = [...counts].map(([status, count]) => t("datum.status", { count, status: t(`status.${status}`) })).join(t("comma"));
  const strong = document.createElement("strong");
  strong.textContent = version.as_of;
  const tables = loaded.tables.length ? `${t("datum.tables", { count: loaded.tables.length, statuses })} · ` : "";
  place.replaceChildren(t("datum.before"), " ", strong, ` · ${tables}`, `${t("datum.fingerprint")} ${version.fingerprint.slice(0, 16)} · Originis ${version.version}`);
}

async function show() {
  const [name, ...rest] = location.hash.replace(/^#\//, "").split("/");
  const chosen = invited() ? "learn" : name in views ? name : "check";
  for (const view of Object.keys(views)) document.getElementById(`view-${view}`).hidden = view !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  alert(null);
  try {
    await views[chosen].show(rest.join("/"));
  } catch (error) {
    alert(error.message);
  }
}

async function start(wanted) {
  delete document.documentElement.dataset.ready;
  await useLanguage(wanted);
  try {
    await showDatum();
    if (!invited()) await check.prepare();
  } catch (error) {
    alert(error.message);
  }
  await show();
  document.documentElement.dataset.ready = language;
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => start(button.dataset.language));
}
addEventListener("hashchange", async () => {
  await show();
  document.getElementById("main").focus({ preventScroll: true });
});
start(firstLanguage());
