// Declaration files: drop one, watch it being decided, fetch result and report.

import { cancel, download, get, getText, hasKey, upload } from "./api.js";
import { alert } from "./app.js";
import { has, number, t } from "./language.js";
import { el, options } from "./make.js";

const byId = (id) => document.getElementById(id);
let timer;
let listening = false;

export async function show() {
  const kept = byId("result-format").value;
  options(byId("result-format"), [["", t("files.same_format")], ["csv", "CSV"], ["xlsx", "Excel"], ["ndjson", "NDJSON"]], kept);
  if (!listening) listen();
  showNames();
  await refresh();
}

function listen() {
  listening = true;
  const drop = byId("drop");
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) {
      byId("upload").files = event.dataTransfer.files;
      showNames();
      send();
    }
  });
  byId("send-file").addEventListener("click", send);
  for (const field of ["upload", "upload-materials"]) byId(field).addEventListener("change", showNames);
}

// The browser's own words beside a file field are in its language, not in that
// of the page, so the page shows the names itself.
function showNames() {
  for (const field of ["upload", "upload-materials"]) byId(`${field}-name`).textContent = byId(field).files[0]?.name ?? t("files.no_file");
}

async function send() {
  const [file] = byId("upload").files;
  if (!file) { alert(t("files.none")); byId("upload").focus(); return; }
  const button = byId("send-file");
  button.disabled = true;
  button.textContent = t("files.sending");
  try {
    await upload(file, byId("upload-materials").files[0], byId("result-format").value);
    alert(null);
    byId("upload").value = "";
    byId("upload-materials").value = "";
    showNames();
    await refresh();
  } catch (error) {
    alert([error.message, ...(error.faults ?? []).map((fault) => fault.detail)].join(" "));
  }
  button.disabled = false;
  button.textContent = t("files.send");
}

async function refresh() {
  clearTimeout(timer);
  if (byId("view-files").hidden) return;
  const { batches } = await get("/v1/batches?limit=20");
  byId("batches").replaceChildren(...batches.map(card));
  if (batches.some((batch) => ["queued", "running"].includes(batch.state))) timer = setTimeout(() => refresh().catch(tell), 700);
}

function card(batch) {
  const open = ["queued", "running"].includes(batch.state);
  const path = `/v1/batches/${batch.id}`;
  const failed = batch.problem;
  return el("article", { class: "card batch", "data-state": batch.state, "data-id": batch.id },
    el("div", { class: "head" }, el("h2", {}, batch.name, " ", el("span", { class: `tag ${batch.state}` }, t(`batch.${batch.state}`))), el("p", { class: "help" }, `${batch.created_at.slice(0, 16).replace("T", " ")} UTC${failed ? "" : ` · ${t("batch.rows", { count: number(batch.rows) })}`}`)),
    open ? el("progress", { max: 100, value: batch.percent ?? null, "aria-label": t("batch.progress", { name: batch.name }) }) : null,
    open ? el("div", { class: "row-actions" }, el("button", { type: "button", class: "quiet", onclick: async () => { await cancel(batch.id).catch(tell); refresh().catch(tell); } }, t("batch.cancel"))) : null,
    failed ? el("div", {}, el("p", { class: "problem" }, failed.detail), el("ul", { class: "check" }, (failed.errors ?? []).map((fault) => el("li", {}, [fault.row ? t("batch.row", { row: fault.row }) : null, fault.column, fault.detail === failed.detail ? null : fault.detail].filter(Boolean).join(" · "))))) : null,
    batch.state === "done" ? totals(batch.summary) : null,
    batch.after_interruption ? el("p", { class: "note" }, t(`batch.${batch.after_interruption}`)) : null,
    batch.state === "done" ? el("div", { class: "row-actions" },
      batch.files.map((file) => el("button", { type: "button", class: `${file.file === "result" ? "primary" : "quiet"} get-${file.file}`, onclick: () => download(file.path, file.name).catch(tell) }, t(`batch.${file.file}`))),
      el("button", { type: "button", class: "quiet get-report", onclick: () => openReport(`${path}/report`).catch(tell) }, t("batch.report"))) : null,
    batch.files.some((file) => file.file === "missing-facts") ? el("p", { class: "help" }, t("batch.complete")) : null);
}

const tell = (error) => alert(error.message);

function totals(summary) {
  const entries = Object.entries(summary ?? {}).filter(([key]) => has(`total.${key}`));
  if (!entries.length) return null;
  return el("dl", { class: "totals" }, entries.map(([key, value]) => el("div", {}, el("dt", {}, t(`total.${key}`)), el("dd", {}, number(String(value))))));
}

// Opened by its address, under a policy of its own that lets nothing run. Where
// a key is needed an address alone opens nothing: the report is fetched and drawn
// into the window. The policy of this page refuses its style element there and
// allows the same style as a sheet that is adopted.
async function openReport(path) {
  if (!hasKey()) {
    window.open(path, "_blank", "noopener");
    return;
  }
  const shown = window.open("", "_blank");
  if (!shown) throw new Error(t("batch.report_blocked"));
  try {
    const sheet = new shown.CSSStyleSheet();
    const text = (await getText(path)).replace(/<style>([^<]*)<\/style>/, (_, style) => {
      sheet.replaceSync(style);
      return "";
    });
    const report = new DOMParser().parseFromString(text, "text/html");
    shown.document.replaceChild(shown.document.adoptNode(report.documentElement), shown.document.documentElement);
    shown.document.adoptedStyleSheets = [sheet];
  } catch (error) {
    shown.close();
    throw error;
  }
}
