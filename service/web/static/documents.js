// The list of documents: taking in, watching, finding.
import { get, query, url } from "./api.js";
import { bdi, el, id } from "./dom.js";
import { plain, say, trouble, when, why } from "./words.js";
import { watchDrop } from "./upload.js";
import { statusLine, unfinished } from "./status.js";

const FEW_STREAMS = 3; // a browser opens six connections to a host, and pages need some
const batch = new URLSearchParams(location.search).get("batch") ?? "";
const body = document.querySelector("#documents tbody");
const shown = new Map();
const streams = new Map();
let next = null;
let asked = 0;

function row(doc) {
  const sums = doc.checks_passed + doc.checks_rounding + doc.checks_failed
    ? say("documents.sumsLine", { pass: doc.checks_passed, rounding: doc.checks_rounding, fail: doc.checks_failed }) : "";
  return el("tr", { data: { id: doc.id, status: doc.status } },
    el("td", { class: "name" }, el("a", { href: `/documents/${encodeURIComponent(doc.id)}` }, bdi(plain(doc.name)))),
    el("td", {}, statusLine(doc), doc.message ? el("div", { class: doc.status === "review" ? "quiet" : "trouble", title: plain(doc.message) }, why(doc)) : null),
    el("td", { class: "number" }, doc.pages ?? ""),
    el("td", { class: "number" }, doc.tables || ""),
    el("td", { class: "number" }, doc.figures ? doc.figures.toLocaleString() : ""),
    el("td", { class: "fixed" }, sums),
    el("td", { class: "number" }, doc.doubts || ""),
    el("td", { class: "when" }, when(doc.created)));
}

function show(doc, top = false) {
  const made = row(doc);
  const old = shown.get(doc.id);
  if (old) old.replaceWith(made);
  else if (top) body.prepend(made);
  else body.append(made);
  shown.set(doc.id, made);
  if (unfinished(doc)) watch(doc.id);
  else streams.get(doc.id)?.close();
  if (!unfinished(doc)) streams.delete(doc.id);
}

function watch(docId) {
  if (streams.has(docId) || streams.size >= FEW_STREAMS) return;
  const stream = new EventSource(url(`/documents/${encodeURIComponent(docId)}/events`));
  streams.set(docId, stream);
  const take = (event) => show(JSON.parse(event.data));
  stream.addEventListener("progress", take);
  stream.addEventListener("done", (event) => {
    stream.close();
    streams.delete(docId);
    if (event.data) take(event);
  });
  stream.onerror = () => { stream.close(); streams.delete(docId); };
}

function filters() {
  return { status: id("status").value, search: id("search").value.trim(), batch };
}

async function load(cursor = null) {
  const mine = ++asked;
  try {
    const found = await get("/documents" + query({ ...filters(), limit: 50, cursor }));
    if (mine !== asked) return;
    if (!cursor) { body.replaceChildren(); shown.clear(); }
    for (const doc of found.items) show(doc);
    next = found.next;
    id("more").hidden = !next;
    const { status, search } = filters();
    id("none").hidden = shown.size > 0;
    id("none").textContent = say(status || search ? "documents.noneFound" : "documents.none");
  } catch (problem) { trouble(problem); }
}

// What no stream watches is asked for now and then.
async function refresh() {
  const open = [...shown].filter(([docId, tr]) => unfinished({ status: tr.dataset.status }) && !streams.has(docId));
  for (const [docId] of open.slice(0, 20)) {
    try { show(await get(`/documents/${encodeURIComponent(docId)}`)); } catch { return; }
  }
}

let typing = 0;
id("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(load, 200); });
id("status").addEventListener("change", () => load());
id("filters").addEventListener("submit", (event) => { event.preventDefault(); load(); });
id("more").addEventListener("click", () => load(next));
if (batch) id("batch-filter").append(el("a", { href: "/" }, say("documents.batch", { name: "" }).trim() + " ✕"));
watchDrop(id("drop"), id("files"), id("uploads"), () => load());
setInterval(refresh, 2500);
load();
