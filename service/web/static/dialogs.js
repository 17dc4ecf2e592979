// Windows over the desk: keys, history, what a row or column is, and the conflict.
import { bdi, el, id } from "./dom.js";
import { headerPath } from "./table_model.js";
import { plain, say, when } from "./words.js";

const KEYS = [
  ["keys.doubts", [["J", "keys.next"], ["K", "keys.previous"], ["← ↑ ↓ →", "keys.arrows"]]],
  ["keys.decide", [["1 … 9", "keys.numbers"], ["E / Enter", "keys.type"], ["B", "keys.blank"], ["D", "keys.dash"], ["S", "keys.source"],
    ["X", "keys.unreadable"], ["U", "keys.undo"], ["I", "keys.addRow"], ["Del", "keys.dropRow"], ["M", "keys.row"], ["C", "keys.column"]]],
  ["keys.look", [["[ ]", "keys.pages"], ["+ − 0", "keys.zoom"], ["R", "keys.turn"], ["T", "keys.tables"]]],
  ["keys.document", [["⇧A", "keys.approve"], ["⇧D", "keys.workbook"], ["H", "keys.history"], ["N", "keys.nextDocument"],
    ["?", "keys.help"], ["Esc", "keys.close"]]],
];

export const anyOpen = () => document.querySelector("dialog[open]") !== null;

function open(name, ...content) {
  const dialog = id(name);
  dialog.replaceChildren(...content);
  if (!dialog.open) dialog.showModal();
  return dialog;
}

const closer = (dialog, words) => el("div", { class: "buttons" }, el("button", { type: "button", onclick: () => id(dialog).close() }, words));

export function openKeys() {
  const parts = KEYS.map(([title, keys]) => el("section", {}, el("h3", {}, say(title)),
    el("dl", {}, ...keys.flatMap(([key, words]) => [el("dt", {}, ...key.split(" ").flatMap((one) => [el("kbd", {}, one), " "])), el("dd", {}, say(words))]))));
  open("keys", el("h2", { id: "keys-title" }, say("keys.title")), el("div", { class: "key-columns" }, ...parts), closer("keys", say("history.close")));
}

function placeWords(model, decision) {
  if (!model) return [decision.table, decision.row, decision.column].filter(Boolean).map(plain).join(" ");
  if (decision.kind === "add_row") return plain(decision.label) || decision.row;
  if (decision.kind === "row" || decision.kind === "drop_row") return model.rowName(decision.row, null);
  if (decision.kind === "column") return model.columnName(decision.column);
  return model.place(decision.row, decision.column);
}

// A cell, a row or a column as the audit keeps it, in short.
function stateWords(state) {
  if (state === null || state === undefined) return "";
  if (typeof state !== "object") return plain(state);
  if ("value" in state) return state.value === null ? (plain(state.text) ? `“${plain(state.text)}”` : say("doubt.blank")) : plain(state.value);
  if ("role" in state) return `${say(`role.${state.role}`)}${state.parent ? ` → ${plain(state.parent)}` : ""}`;
  if ("type" in state) return `${say(`type.${state.type}`)} ${plain(state.label ?? "")}`;
  return plain(JSON.stringify(state));
}

export function openHistory(entries, models, undo) {
  const rows = entries.map((entry) => {
    const { decision } = entry;
    const undoable = !entry.undone_by && decision.kind !== "undo";
    return el("tr", { class: entry.undone_by ? "undone" : "" },
      el("td", { class: "number" }, entry.number), el("td", {}, bdi(plain(entry.actor))), el("td", { class: "when" }, when(entry.at)),
      el("td", {}, say(`kind.${decision.kind}`), decision.kind === "undo" ? ` ${decision.decision}` : ""),
      el("td", { class: "name" }, bdi(decision.kind === "undo" ? "" : placeWords(models.get(decision.table), decision))),
      el("td", {}, bdi(stateWords(entry.before))), el("td", {}, bdi(stateWords(entry.after))), el("td", { class: "reason" }, bdi(plain(decision.note))),
      el("td", {}, undoable ? el("button", { type: "button", onclick: () => { id("history").close(); undo(entry.number); } }, say("history.undo"))
        : entry.undone_by ? say("history.undone") : ""));
  });
  const names = ["number", "who", "when", "what", "where", "before", "after", "why"].map((name) => el("th", { scope: "col" }, say(`history.${name}`)));
  open("history", el("h2", { id: "history-title" }, say("history.title")),
    rows.length ? el("table", { class: "rows" }, el("thead", {}, el("tr", {}, ...names, el("th"))), el("tbody", {}, ...rows))
      : el("p", { class: "quiet" }, say("history.none")),
    closer("history", say("history.close")));
}

function form(title, fields, take) {
  const body = el("form", { method: "dialog" }, ...fields,
    el("div", { class: "buttons" }, el("button", { type: "button", onclick: () => id("ask").close() }, say("form.leave")),
      el("button", { type: "submit", class: "primary" }, say("form.take"))));
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    id("ask").close();
    take(new FormData(body));
  });
  open("ask", el("h2", { id: "ask-title" }, title), body);
  body.querySelector("select, input").focus();
}

const option = (value, words, chosen) => el("option", { value, selected: value === chosen }, words);
const ROLES = ["total", "group", "unit", "project", "item", "note"];
const rowOption = (model, row, chosen) => option(row.id, `${"\u2003".repeat(model.depths.get(row.id))}${model.rowName(row.id, null)}`, chosen);
const note = () => el("label", {}, say("form.note"), el("input", { name: "note", maxlength: "2000", autocomplete: "off" }));

export function askRow(model, rowId, take) {
  const row = model.rows.get(rowId);
  const roles = ROLES.map((role) => option(role, say(`role.${role}`), row.role));
  const below = new Set([rowId]);
  for (const other of model.table.rows) if (below.has(other.parent)) below.add(other.id);
  const parents = model.table.rows.filter((other) => !below.has(other.id)).map((other) => rowOption(model, other, row.parent ?? ""));
  form(`${say("row.title")} ${model.rowName(rowId, null)}`, [
    el("label", {}, say("row.role"), el("select", { name: "role" }, ...roles)),
    el("label", {}, say("row.parent"), el("select", { name: "parent" }, option("", say("row.top"), row.parent ?? ""), ...parents)),
    note(),
  ], (given) => take({ kind: "row", table: model.table.id, row: rowId, role: given.get("role"), parent: given.get("parent") || null, note: given.get("note") }));
}

// A row that is on the paper and not in the table: it comes below the chosen one.
export function askNewRow(model, rowId, take) {
  const near = model.rows.get(rowId);
  const above = model.table.rows;
  const taken = (n) => model.rows.has(`p${n}`);
  let number = 1;
  while (taken(number)) number += 1;
  const tops = above.filter((row) => !row.parent && row.role !== "note");
  form(say("addRow.title"), [
    el("label", {}, say("addRow.label"), el("input", { name: "label", maxlength: "500", autocomplete: "off" })),
    el("label", {}, say("addRow.after"), el("select", { name: "after" }, option("", say("addRow.first"), near?.id ?? ""), ...above.map((row) => rowOption(model, row, near?.id ?? "")))),
    el("label", {}, say("row.role"), el("select", { name: "role" }, ...ROLES.map((role) => option(role, say(`role.${role}`), near?.role ?? "item")))),
    el("label", {}, say("row.parent"), el("select", { name: "parent" }, option("", say("row.top"), near?.parent ?? ""), ...above.map((row) => rowOption(model, row, near?.parent ?? "")))),
    tops.length ? el("label", { class: "check" }, el("input", { type: "checkbox", name: "adopts" }), say("addRow.adopts")) : null,
    note(),
  ], (given) => take({
    kind: "add_row", table: model.table.id, row: `p${number}`, after: given.get("after") || null, label: given.get("label"), role: given.get("role"),
    parent: given.get("parent") || null, children: given.get("adopts") ? tops.map((row) => row.id) : [], note: given.get("note"),
  }));
}

export function askDropRow(model, rowId, take) {
  form(`${say("dropRow.title")} ${model.rowName(rowId, null)}`, [el("p", {}, say("dropRow.lead")), note()],
    (given) => take({ kind: "drop_row", table: model.table.id, row: rowId, note: given.get("note") }));
}

export function askColumn(model, key, take) {
  const column = model.columns.get(key);
  const types = ["label", "code", "amount", "text", "percent", "count"].map((type) => option(type, say(`type.${type}`), column.type));
  form(`${say("column.title")} ${headerPath(column).join(" / ")}`, [
    el("label", {}, say("column.type"), el("select", { name: "type" }, ...types)),
    el("label", {}, say("column.label"), el("input", { name: "label", value: plain(column.label), maxlength: "200", autocomplete: "off" })),
    note(),
  ], (given) => {
    const said = { kind: "column", table: model.table.id, column: key, type: given.get("type"), note: given.get("note") };
    if (given.get("label") && given.get("label") !== plain(column.label)) said.label = given.get("label");
    take(said);
  });
}

// What another person changed meanwhile, beside what this one was about to say.
export function askConflict(changes, mine, keep) {
  const rows = changes.slice(0, 30).map((change) => el("tr", {}, el("td", { class: "name" }, bdi(change.place)), el("td", {}, bdi(change.before)), el("td", {}, bdi(change.now))));
  const leave = () => id("ask").close();
  const dialog = open("ask", el("h2", { id: "ask-title" }, say("conflict.title")),
    el("p", {}, changes.length ? say("conflict.lead") : say("conflict.none")),
    changes.length ? el("table", { class: "rows" }, el("thead", {}, el("tr", {}, el("th", {}, say("history.where")), el("th", {}, say("conflict.before")), el("th", {}, say("conflict.now")))), el("tbody", {}, ...rows)) : null,
    el("p", {}, `${say("conflict.yours")}: `, bdi(mine)),
    el("div", { class: "buttons" }, el("button", { type: "button", onclick: leave }, say("conflict.drop")),
      el("button", { type: "button", class: "primary", onclick: () => { leave(); keep(); } }, say("conflict.keep"))));
  dialog.querySelector("button").focus();
}
