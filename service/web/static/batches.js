// Batches, and how far each is.
import { get, query, url } from "./api.js";
import { bdi, el, id } from "./dom.js";
import { plain, say, trouble, when } from "./words.js";

const body = document.querySelector("#batches tbody");
let next = null;

function row(batch) {
  const count = batch.files;
  const open = ["queued", "reading", "assembling"].reduce((sum, status) => sum + (batch.statuses[status] ?? 0), 0);
  const done = count - open;
  return el("tr", {},
    el("td", { class: "name" }, el("a", { href: "/" + query({ batch: batch.id }) }, bdi(plain(batch.name)))),
    el("td", { class: "number" }, count),
    el("td", {}, el("progress", { max: count || 1, value: done, "aria-hidden": "true" }), ` ${done} / ${count}`),
    el("td", { class: "when" }, when(batch.created)),
    el("td", {}, el("a", { href: url(`/batches/${encodeURIComponent(batch.id)}/export?format=xlsx`) }, say("batches.download"))));
}

async function load(cursor = null) {
  try {
    const found = await get("/batches" + query({ limit: 50, cursor }));
    if (!cursor) body.replaceChildren();
    body.append(...found.items.map(row));
    next = found.next;
    id("more").hidden = !next;
    id("none").hidden = body.children.length > 0;
  } catch (problem) { trouble(problem); }
}

id("more").addEventListener("click", () => load(next));
setInterval(() => { if (body.children.length <= 50) load(); }, 4000);
load();
