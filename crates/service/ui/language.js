// The two languages of the page. Sentences of the law come from the service in
// the chosen language; here are only the labels of the page itself.

const KEY = "originis.language";
let texts = {};
let countries = new Map();
let codes = new Map();
export let language = "en";

export async function useLanguage(wanted) {
  language = wanted === "zh" ? "zh" : "en";
  const answer = await fetch(`/text.${language}.json`);
  texts = await answer.json();
  try { localStorage.setItem(KEY, language); } catch { /* private window */ }
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
}

export function firstLanguage() {
  let kept = null;
  try { kept = localStorage.getItem(KEY); } catch { /* private window */ }
  return kept ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
}

// The label of a key; {name} is replaced by the value of that name.
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// Whether there is a label of this key.
export const has = (key) => key in texts;

// The names of countries are those of the service, in the language chosen.
export function useCountries(list) {
  countries = new Map(list.map(({ code, name }) => [code, name]));
  codes = new Map(list.flatMap(({ code, name, also }) => [code, name, also].map((word) => [word.toLowerCase(), code])));
}

// The code of a country written as people do: its code, or its name in either
// language. What is not known stays as it is, to be corrected.
export const countryCode = (text) => codes.get(text.trim().toLowerCase()) ?? text.trim();

export const country = (code) => (code ? countries.get(code) ?? code : "");

export const countryWithCode = (code) => `${country(code)} (${code})`;

// A decimal string with separators between thousands; never computed with.
export function number(text) {
  if (text === null || text === undefined) return "";
  const [whole, fraction] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

// Per cent, or the text of another kind of rate.
export function rate(text) {
  if (text === null || text === undefined) return "–";
  return /^\d+(\.\d+)?$/.test(text) ? `${text}%` : text;
}

export function dotted(code) {
  const digits = String(code ?? "").replace(/\D/g, "");
  if (digits.length <= 4) return digits;
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].filter(Boolean).join(".");
}
