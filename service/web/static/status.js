// A document's state in words, with its pages while they are read.
import { el } from "./dom.js";
import { plain, say } from "./words.js";

const OPEN = ["queued", "reading", "assembling"];
export const unfinished = (doc) => OPEN.includes(doc.status);

export function statusWords(doc) {
  if (doc.approved_by) return say("status.approved", { name: plain(doc.approved_by) });
  return say(`status.${doc.status}`, { done: doc.pages_done ?? 0, pages: doc.pages ?? "…" });
}

export function statusLine(doc) {
  const line = el("span", { class: `status ${doc.status}` }, statusWords(doc));
  if (doc.status === "reading" && doc.pages) {
    line.append(el("progress", { max: doc.pages, value: doc.pages_done, "aria-hidden": "true" }));
  }
  return line;
}
