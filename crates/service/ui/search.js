// The product field: words in either language or digits, with a list to choose
// from (the combobox pattern of WAI-ARIA).

import { get } from "./api.js";
import { dotted, t } from "./language.js";
import { el } from "./make.js";

const input = document.getElementById("product");
const list = document.getElementById("product-list");
let found = [];
let active = -1;
let asked = 0;
let timer;

// `chosen` is called with a code of six digits or more, or null.
export function onCode(chosen) {
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    const digits = text.replace(/[.\s-]/g, "");
    chosen(/^\d{6,12}$/.test(digits) ? digits : null);
    timer = setTimeout(() => look(text), 160);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look(input.value.trim());
      else mark((active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(found.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const pick = found[active] ?? (found.length === 1 ? found[0] : null);
      if (!list.hidden && pick) choose(pick);
    } else if (event.key === "Escape") close();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));

  function choose(entry) {
    input.value = dotted(entry.code);
    if (entry.code.length < 6) {
      chosen(null);
      look(entry.code);
      return;
    }
    close();
    chosen(entry.code, entry.label);
  }

  async function look(text) {
    const mine = ++asked;
    if (text.length < (/[^\x00-\x7f]/.test(text) ? 1 : 2)) return close();
    const answer = await get(`/v1/codes?limit=40&q=${encodeURIComponent(text)}`).catch(() => null);
    if (mine !== asked || !answer || document.activeElement !== input) return;
    const digits = text.replace(/[.\s-]/g, "");
    found = answer.codes.filter((entry) => entry.code !== digits);
    list.replaceChildren(...(found.length ? found.map(line) : [el("li", { "aria-disabled": "true", role: "option" }, t("ask.none_found"))]));
    active = -1;
    list.hidden = /^\d{6,}$/.test(digits) && !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function line(entry, index) {
    return el("li", {
      role: "option", id: `product-option-${index}`, "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); choose(entry); },
    }, el("span", { class: "mono" }, dotted(entry.code)), el("span", {}, entry.label ?? t("ask.other_code"), entry.within ? el("small", {}, entry.within) : null));
  }
}

function mark(index) {
  active = index;
  [...list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === index)));
  const line = list.children[index];
  if (!line) return;
  input.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function close() {
  clearTimeout(timer);
  asked++;
  list.hidden = true;
  active = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
