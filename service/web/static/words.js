// Messages in the reader's language, and text of documents made harmless.
export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const held = await (await fetch(`/messages/${language}.json`)).json();

export function say(key, values = {}) {
  const text = held[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

// Control codes, marks that turn the direction of reading, lone surrogates: never shown.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/gu;

export function plain(text) {
  return String(text ?? "").replace(FORBIDDEN, "").replace(/\s+/g, " ").trim();
}

// Why a document failed or wants a look: the service says it in English, other languages by category.
export function why(doc) {
  const key = `why.${doc.category}`;
  return key in held ? say(key) : plain(doc.message);
}

const toast = document.getElementById("said");
let timer = 0;
export function tell(text, trouble = false) {
  toast.textContent = text;
  toast.classList.toggle("trouble", trouble);
  toast.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => toast.classList.remove("shown"), trouble ? 6000 : 2600);
}

export function trouble(problem) {
  tell(problem.status === 0 ? say("said.offline") : say("said.error", { problem: plain(problem.message) }), true);
}

export function when(seconds) {
  if (!seconds) return "";
  const date = typeof seconds === "number" ? new Date(seconds * 1000) : new Date(seconds);
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).format(date);
}
