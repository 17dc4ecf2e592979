// The queue of doubtful figures over all documents.
import { get, query } from "./api.js";
import { bdi, el, id } from "./dom.js";
import { language, plain, trouble } from "./words.js";

const body = document.querySelector("#doubts tbody");
let next = null;

const place = (doubt) => `/documents/${encodeURIComponent(doubt.document)}#${[doubt.table, doubt.row, doubt.column].map(encodeURIComponent).join("/")}`;

function row(doubt) {
  const reason = language === "zh" && doubt.reason_zh ? doubt.reason_zh : doubt.reason;
  return el("tr", {},
    el("td", { class: "name" }, bdi(plain(doubt.name))),
    el("td", { class: "number" }, doubt.page),
    el("td", { class: "name" }, el("a", { href: place(doubt) }, bdi(plain(doubt.label || `${doubt.row} ${doubt.column}`)))),
    el("td", { class: "reason" }, bdi(plain(reason))));
}

async function load(cursor = null) {
  try {
    const found = await get("/doubts" + query({ limit: 50, cursor }));
    if (!cursor) body.replaceChildren();
    body.append(...found.items.map(row));
    next = found.next;
    id("more").hidden = !next;
    id("none").hidden = body.children.length > 0;
    const first = body.querySelector("a");
    id("start").hidden = !first;
    if (first) id("start").href = first.href;
  } catch (problem) { trouble(problem); }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === document.body && !id("start").hidden) id("start").click();
});
id("more").addEventListener("click", () => load(next));
load();
