// The desk: one document, its page, its tables, and a person who settles what is doubtful.
import { Problem, get, post, url } from "./api.js";
import { el, id } from "./dom.js";
import { DoubtPane } from "./doubt.js";
import { anyOpen, askColumn, askConflict, askDropRow, askNewRow, askRow, openHistory, openKeys } from "./dialogs.js";
import { Grid } from "./grid.js";
import { PageView } from "./page_view.js";
import { statusWords, unfinished } from "./status.js";
import { TableModel, placeKey, shown } from "./table_model.js";
import { plain, say, tell, trouble, why } from "./words.js";

const docId = id("main").dataset.document;
const path = (rest = "") => `/documents/${encodeURIComponent(docId)}${rest}`;
const state = { doc: null, result: null, models: new Map(), table: null, row: null, column: null, busy: false };
let view, grid, pane;

// -- showing ---------------------------------------------------------------------------

async function begin() {
  state.doc = await get(path());
  showDocument();
  if (unfinished(state.doc)) { await finished(); }
  if (["failed", "dead"].includes(state.doc.status)) {
    pane.empty(say("desk.failed", { reason: why(state.doc) }));
    return;
  }
  const [result, pages] = await Promise.all([get(path("/result")), get(path("/pages"))]);
  view = new PageView(id("window"), id("paper"), pages.items, docId, goTo);
  take(result);
  const wanted = location.hash.slice(1).split("/").map(decodeURIComponent);
  const first = state.models.values().next().value;
  if (wanted.length === 3 && state.models.get(wanted[0])?.cell(wanted[1], wanted[2])) goTo(...wanted);
  else if (state.result.review.length) next(1);
  else if (first) {
    openTable(first.table.id);
    pane.empty(say(state.doc.approved_by ? "doubt.none" : "doubt.allDone"));
  }
  else { pane.empty(say("desk.noTable")); view.show(1, [], 0); showPageNumber(); }
  if (state.doc.approved_by) tell(say("desk.approved", { name: plain(state.doc.approved_by) }));
}

function finished() {
  pane.empty(say("desk.waiting"));
  return new Promise((settled) => {
    const stream = new EventSource(url(path("/events")));
    const got = (event) => {
      if (event.data) state.doc = JSON.parse(event.data);
      showDocument();
      if (!unfinished(state.doc)) { stream.close(); settled(); }
    };
    stream.addEventListener("progress", got);
    stream.addEventListener("done", got);
    stream.onerror = async () => {
      stream.close();
      await new Promise((wait) => setTimeout(wait, 1500));
      state.doc = await get(path());
      showDocument();
      settled(unfinished(state.doc) ? await finished() : undefined);
    };
  });
}

// Takes over a result, the machine's or the one after a decision.
function take(result) {
  state.result = result;
  state.models = new Map(result.tables.map((table, n) => [table.id, new TableModel(table, n + 1)]));
  const doubts = new Map();
  for (const item of result.review) doubts.set(item.table, (doubts.get(item.table) ?? 0) + 1);
  id("tables").replaceChildren(...result.tables.map((table, n) => el("option", { value: table.id, selected: table.id === state.table },
    `${n + 1}. ${state.models.get(table.id).title.slice(0, 40)}${doubts.get(table.id) ? ` (${doubts.get(table.id)})` : ""}`)));
  showDocument();
}

function showDocument() {
  const { doc, result } = state;
  id("name").textContent = plain(doc.name);
  id("name").title = plain(doc.name);
  document.title = `${plain(doc.name)} – Crossfoot`;
  const left = result ? result.review.length : doc.doubts;
  id("state").textContent = doc.status === "review" && result ? "" : statusWords(doc);
  id("left").textContent = !result ? "" : left === 0 ? say("desk.done") : left === 1 ? say("desk.leftOne") : say("desk.left", { count: left });
  id("left").classList.toggle("none", left === 0);
  id("approve").disabled = !result || left > 0 || Boolean(doc.approved_by);
  id("workbook").href = url(path("/exports/xlsx"));
  id("workbook").setAttribute("download", "");
  id("main").dataset.left = left;
  id("main").dataset.version = doc.version;
  id("main").dataset.approved = doc.approved_by ? "yes" : "no";
}

function openTable(tableId) {
  const model = state.models.get(tableId);
  if (!model) return;
  const changed = state.table !== tableId || grid.model !== model;
  state.table = tableId;
  id("tables").value = tableId;
  id("unit").textContent = model.table.unit ? say("desk.unit", { unit: plain(model.table.unit) }) : "";
  if (changed) grid.show(model);
  const page = model.table.pages[0] ?? 1;
  if (!model.table.pages.includes(view.page)) showPage(page);
}

function showPage(page) {
  const models = [...state.models.values()];
  const here = models.find((model) => model.table.pages.includes(page));
  view.show(page, models, here ? here.heading(page) : 0);
  showPageNumber();
}

function showPageNumber() {
  id("page-number").textContent = say("desk.page", { page: view.page, pages: view.pages.length });
}

function goTo(tableId, row, column) {
  openTable(tableId);
  const model = state.models.get(tableId);
  Object.assign(state, { row, column });
  const cell = model.cell(row, column);
  if (cell && cell.page !== view.page) showPage(cell.page);
  const partners = (cell?.checks ?? []).map((name) => model.checks.get(name)).filter((check) => check && check.status === "fail")
    .flatMap((check) => [check.result, ...check.terms]);
  grid.choose(row, column, partners);
  view.choose(tableId, row, column, partners);
  if (cell) view.reveal(cell.bbox);
  const item = state.result.review.find((one) => one.table === tableId && one.row === row && one.column === column);
  history.replaceState(null, "", "#" + [tableId, row, column].map(encodeURIComponent).join("/"));
  return pane.show(model, row, column, item);
}

// -- doubts ----------------------------------------------------------------------------

function next(direction, from = null) {
  const { review } = state.result;
  if (!review.length) { pane.empty(say("doubt.allDone")); return; }
  let at = review.findIndex((item) => item.table === state.table && item.row === state.row && item.column === state.column);
  if (at < 0) at = from === null ? (direction > 0 ? -1 : 0) : from - 1;
  const item = review[(at + direction + review.length) % review.length];
  goTo(item.table, item.row, item.column);
}

const chosenWords = () => state.row !== null && !state.models.get(state.table)?.isFigure(state.column);
const chosen = () => state.row !== null && state.models.get(state.table)?.isFigure(state.column);
const here = () => ({ table: state.table, row: state.row, column: state.column });

async function decide(decision, then = afterDecision) {
  if (state.busy) return;
  state.busy = true;
  const before = state.result;
  const at = before.review.findIndex((item) => item.table === decision.table && item.row === decision.row && item.column === decision.column);
  try {
    const answer = await post(path("/corrections"), { version: state.doc.version, decisions: [decision] });
    state.doc = { ...state.doc, version: answer.version, approved_by: null, status: answer.result.status };
    take(answer.result);
    state.busy = false;
    then(before, decision, at);
  } catch (problem) {
    state.busy = false;
    if (problem instanceof Problem && problem.status === 409) await conflict(before, decision);
    else trouble(problem);
  }
}

function afterDecision(before, decision, at) {
  const left = new Set(state.result.review.map((item) => placeKey(item.table, placeKey(item.row, item.column))));
  const also = before.review.filter((item) => !left.has(placeKey(item.table, placeKey(item.row, item.column)))
    && !(item.table === decision.table && item.row === decision.row && item.column === decision.column)).length;
  const count = state.result.review.length;
  tell(say(also ? "said.alsoLeft" : "said.settledOne", { also, count }));
  redraw();
  const own = state.result.review.find((item) => item.table === decision.table && item.row === decision.row);
  if (decision.kind === "add_row" && own) goTo(own.table, own.row, own.column);
  else if (decision.kind === "row" || decision.kind === "column") goTo(state.table, state.row, state.column);
  else if (count) next(1, at < 0 ? null : at);
  else { if (state.models.get(state.table)?.rows.has(state.row)) goTo(state.table, state.row, state.column); pane.empty(say("doubt.allDone")); }
}

function redraw() {
  const model = state.models.get(state.table) ?? state.models.values().next().value;
  if (!model) return;
  openTable(model.table.id);
  grid.show(model);
  view.draw([...state.models.values()]);
}

async function conflict(before, decision) {
  [state.doc, ] = [await get(path())];
  take(await get(path("/result")));
  redraw();
  askConflict(changes(before, state.result), decisionWords(decision), () => decide(decision));
  if (state.models.get(state.table)?.rows.has(state.row)) goTo(state.table, state.row, state.column);
}

function changes(before, now) {
  const found = [];
  const old = new Map(before.tables.map((table) => [table.id, new TableModel(table, 0)]));
  for (const [tableId, model] of state.models) {
    for (const row of model.table.rows) {
      for (const [column, cell] of Object.entries(row.cells)) {
        const was = old.get(tableId)?.cell(row.id, column);
        if (!was || was.value !== cell.value || (cell.verdict === "human") !== (was.verdict === "human")) {
          const say1 = (one) => (one ? `${shown(one) || say("doubt.blank")}${one.verdict ? ` (${say(`verdict.${one.verdict}`)})` : ""}` : "");
          found.push({ place: model.place(row.id, column), before: say1(was), now: say1(cell) });
        }
      }
    }
  }
  return found;
}

function decisionWords(decision) {
  if (decision.kind === "words") return decision.text;
  return decision.kind === "figure" ? decision.value : say(`kind.${decision.kind}`);
}

const WORDS_MARKS = ["blank", "unreadable"];

// -- what a person may do ----------------------------------------------------------------

const act = {
  choose: goTo,
  between: () => state.result.checks ?? [],
  model: (tableId) => state.models.get(tableId),
  next,
  take(number) {
    if (chosenWords()) { if (number === 1) act.words(pane.readWords); return; }
    const candidate = pane.shownCandidates?.[number - 1];
    if (!candidate || !chosen()) return;
    if (candidate.value === null) decide({ kind: "blank", ...here() });
    else decide({ kind: "figure", ...here(), value: candidate.value });
  },
  figure(value) { if (chosen()) decide({ kind: "figure", ...here(), value }); },
  words(text) { if (chosenWords() && text) decide({ kind: "words", ...here(), text }); },
  mark(kind) { if (chosen() || (chosenWords() && WORDS_MARKS.includes(kind))) decide({ kind, ...here() }); },
  async undo(number = null) {
    try {
      const entries = await decided();
      const last = number ?? entries.filter((entry) => !entry.undone_by && entry.decision.kind !== "undo").at(-1)?.number;
      if (last === undefined) { tell(say("said.nothingToUndo")); return; }
      const entry = entries.find((one) => one.number === last);
      const place = entry.decision;
      decide({ kind: "undo", decision: last }, () => {
        tell(say("said.undone"));
        redraw();
        const model = state.models.get(place.table);
        if (model?.cell(place.row, place.column)) goTo(place.table, place.row, place.column);
        else if (state.models.get(state.table)?.rows.has(state.row)) goTo(state.table, state.row, state.column);
        else next(1);
      });
    } catch (problem) { trouble(problem); }
  },
  askRow() { if (state.row !== null) askRow(state.models.get(state.table), state.row, decide); },
  askNewRow() { if (state.models.has(state.table)) askNewRow(state.models.get(state.table), state.row, decide); },
  askDropRow() { if (state.row !== null) askDropRow(state.models.get(state.table), state.row, decide); },
  askColumn() { if (state.column !== null) askColumn(state.models.get(state.table), state.column, decide); },
  async approve() {
    const left = state.result?.review.length ?? 0;
    if (!state.result || state.doc.approved_by) return;
    if (left) { tell(say("said.notYet", { count: left }), true); return; }
    try {
      const answer = await post(path("/approval"), { version: state.doc.version });
      state.doc = { ...state.doc, version: answer.version, approved_by: answer.approved_by, status: "verified" };
      showDocument();
      tell(say("desk.approvedNow"));
    } catch (problem) { trouble(problem); }
  },
  workbook() { id("workbook").click(); },
  async history() {
    try { openHistory(await decided(), state.models, (number) => act.undo(number)); } catch (problem) { trouble(problem); }
  },
  async nextDocument() {
    try {
      const found = await get("/doubts?limit=50");
      const doubt = found.items.find((one) => one.document !== docId);
      if (!doubt) { tell(say("desk.noNext")); return; }
      location.assign(`/documents/${encodeURIComponent(doubt.document)}#${[doubt.table, doubt.row, doubt.column].map(encodeURIComponent).join("/")}`);
    } catch (problem) { trouble(problem); }
  },
  nextTable() {
    const ids = [...state.models.keys()];
    if (!ids.length) return;
    const table = ids[(ids.indexOf(state.table) + 1) % ids.length];
    const model = state.models.get(table);
    const item = state.result.review.find((one) => one.table === table);
    const figures = model.table.columns.find((column) => model.isFigure(column.key)) ?? model.table.columns[0];
    if (item) goTo(table, item.row, item.column);
    else if (model.table.rows.length) goTo(table, model.table.rows[0].id, figures.key);
    else openTable(table);
  },
  page(step) {
    const page = Math.min(Math.max(view.page + step, 1), view.pages.length);
    if (page !== view.page) showPage(page);
  },
  step(down, right) {
    if (!grid.model) return;
    const [row, column] = grid.step(state.row, state.column, down, right);
    if (row && column) goTo(state.table, row, column);
  },
};

async function decided() {
  return (await get(path("/corrections"))).items;
}

// -- keys and buttons ----------------------------------------------------------------------

const KEYS = {
  j: () => next(1), k: () => next(-1), e: () => pane.type(), Enter: () => pane.type(), b: () => act.mark("blank"), d: () => act.mark("dash"), s: () => act.mark("source_error"),
  x: () => act.mark("unreadable"), u: () => act.undo(), m: () => act.askRow(), c: () => act.askColumn(), "[": () => act.page(-1), "]": () => act.page(1),
  "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(0.8), 0: () => view.fit(), r: () => view.turn(), t: () => act.nextTable(),
  i: () => act.askNewRow(), Delete: () => act.askDropRow(), Backspace: () => act.askDropRow(), A: () => act.approve(), D: () => act.workbook(), h: () => act.history(), n: () => act.nextDocument(), "?": openKeys,
  ArrowUp: () => act.step(-1, 0), ArrowDown: () => act.step(1, 0), ArrowLeft: () => act.step(0, -1), ArrowRight: () => act.step(0, 1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || anyOpen()) return;
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === "Enter" && event.target.closest("button, a")) return;
  if (event.key === "Escape") { event.target.blur?.(); return; }
  if (!view || !state.result) { if (event.key === "?") openKeys(); return; }
  const run = /^[1-9]$/.test(event.key) ? () => act.take(Number(event.key)) : KEYS[event.key] ?? KEYS[event.key.toLowerCase?.()];
  if (!run || (event.shiftKey && /^[a-z]$/.test(event.key.toLowerCase()) && !KEYS[event.key])) return;
  event.preventDefault();
  run();
});

for (const [name, run] of Object.entries({
  approve: () => act.approve(), "history-open": () => act.history(), "keys-open": openKeys, "page-back": () => act.page(-1), "page-on": () => act.page(1),
  "zoom-in": () => view?.zoom(1.25), "zoom-out": () => view?.zoom(0.8), "zoom-fit": () => view?.fit(), turn: () => view?.turn(),
})) id(name).addEventListener("click", (event) => { run(); event.currentTarget.blur(); });
id("tables").addEventListener("change", (event) => { openTable(event.target.value); event.target.blur(); showPage(state.models.get(state.table).table.pages[0] ?? 1); });

grid = new Grid(id("grid"), (row, column) => goTo(state.table, row, column));
pane = new DoubtPane(id("doubt"), docId, act);
window.addEventListener("resize", () => { if (state.row !== null && pane.cell) goTo(state.table, state.row, state.column); });
begin().catch(trouble);
