// The service behind the page. Every decision comes from here.

import { language, t } from "./language.js";

const KEY = "originis.key";

export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title);
    this.status = document.status;
    this.faults = document.errors ?? [];
  }
}

const key = () => sessionStorage.getItem(KEY);

export const hasKey = () => Boolean(key());

function headers(more) {
  const all = { "accept-language": language === "zh" ? "zh-Hans" : "en", ...more };
  if (key()) all.authorization = `Bearer ${key()}`;
  return all;
}

async function send(path, options = {}) {
  const used = key();
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: headers(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ status: 0, detail: t("error.unreachable") });
  }
  if (answer.status === 401) {
    if (key() === used) await askForKey();
    return send(path, options);
  }
  if (!answer.ok) {
    const document = await answer.json().catch(() => ({ status: answer.status, title: answer.statusText }));
    throw new Problem(document);
  }
  return answer;
}

// One dialog for all requests that wait for a key. A key that was refused is
// said to be wrong; one that another request has brought meanwhile is used.
let asking = null;

function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("key");
    const input = document.getElementById("key-text");
    const problem = document.getElementById("key-problem");
    problem.hidden = !hasKey();
    problem.textContent = t("key.wrong");
    input.setAttribute("aria-invalid", String(hasKey()));
    const use = () => {
      if (!input.value.trim()) {
        dialog.showModal();
        return;
      }
      dialog.removeEventListener("close", use);
      sessionStorage.setItem(KEY, input.value.trim());
      input.value = "";
      asking = null;
      resolve();
    };
    dialog.addEventListener("close", use);
    dialog.showModal();
  });
  return asking;
}

export const getText = async (path) => (await send(path)).text();

export const get = async (path, options) => (await send(path, options)).json();

export async function post(path, document, { headers, signal } = {}) {
  const answer = await send(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(document), signal });
  return answer.json();
}

// A file, or text pasted from one, as the body.
export async function postFile(path, file) {
  const answer = await send(path, { method: "POST", headers: { "content-type": kindOf(file.name ?? "") }, body: file });
  return answer.json();
}

export async function decide(request, { save = false, signal } = {}) {
  return post(`/v1/determinations?save=${save}&advice=true`, request, { signal });
}

export async function upload(file, materials, format) {
  const query = new URLSearchParams({ name: file.name });
  if (format) query.set("format", format);
  let body = file;
  let type = kindOf(file.name);
  if (materials) {
    const form = new FormData();
    form.append("file", file, file.name);
    form.append("materials", materials, materials.name);
    body = form;
    type = null;
  }
  const answer = await send(`/v1/batches?${query}`, {
    method: "POST",
    headers: type ? { "content-type": type } : {},
    body,
  });
  return answer.json();
}

function kindOf(name) {
  const ending = name.toLowerCase().split(".").pop();
  if (ending === "xlsx") return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  if (ending === "ndjson" || ending === "jsonl") return "application/x-ndjson";
  return "text/csv";
}

export const cancel = async (id) => (await send(`/v1/batches/${id}`, { method: "DELETE" })).json();

// Fetched rather than linked, so that the key goes with the request.
export async function download(path, name) {
  saveAs(await (await send(path)).blob(), name);
}

export function saveAs(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
