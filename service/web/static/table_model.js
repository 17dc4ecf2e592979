// One table of a result, looked up by place.
import { plain, say } from "./words.js";

export const placeKey = (row, column) => `${row}\u0000${column}`;
export const FIGURES = ["amount", "percent", "count"];

export class TableModel {
  constructor(table, number) {
    this.table = table;
    this.number = number;
    this.rows = new Map(table.rows.map((row) => [row.id, row]));
    this.columns = new Map(table.columns.map((column) => [column.key, column]));
    this.checks = new Map(table.checks.map((check) => [check.id, check]));
    this.labels = nearestLabels(table);
    this.depths = depths(table.rows);
  }

  get title() { return plain(this.table.title) || say("desk.untitled", { number: this.number }); }
  cell(row, column) { return this.rows.get(row)?.cells[column]; }
  isFigure(column) { return FIGURES.includes(this.columns.get(column)?.type); }

  rowName(row, column) {
    const held = this.rows.get(row);
    if (!held) return row;
    const near = held.cells[this.labels.get(column)]?.text;
    return plain(near || held.label) || row;
  }

  columnName(key) {
    const column = this.columns.get(key);
    return column ? headerPath(column).join(" / ") : key;
  }

  place(row, column) { return `${this.rowName(row, column)} · ${this.columnName(column)}`; }

  figure(row, column) {
    const cell = this.cell(row, column);
    return cell ? shown(cell) || say("doubt.blank") : say("doubt.blank");
  }

  // What sets a term of a sum apart from its result.
  termName([row, column], [resultRow, resultColumn]) {
    if (row === resultRow) return this.columnName(column);
    if (column === resultColumn) return this.rowName(row, column);
    return this.place(row, column);
  }

  // How the text of the table runs on the page: 0, 90, 180 or 270 degrees clockwise.
  heading(page) {
    let across = 0, down = 0;
    for (const row of this.table.rows) {
      const cells = this.table.columns.map((column) => row.cells[column.key]).filter((cell) => cell && cell.page === page);
      for (let n = 1; n < cells.length; n += 1) {
        across += middle(cells[n].bbox, 0) - middle(cells[n - 1].bbox, 0);
        down += middle(cells[n].bbox, 1) - middle(cells[n - 1].bbox, 1);
      }
    }
    if (Math.abs(across) >= Math.abs(down)) return across < 0 ? 180 : 0;
    return down > 0 ? 90 : 270;
  }
}

const middle = (box, axis) => (box[axis] + box[axis + 2]) / 2;

// The figure that counts, as printed where the print says the same.
export function shown(cell) {
  if (cell.value === null) return plain(cell.text);
  const text = plain(cell.text);
  const read = text.replace(/[,\s]/g, "");
  if (read === cell.value || cell.verdict === null || (cell.value.startsWith("-") && !/^\d/.test(read))) return text || cell.value;
  return grouped(cell.value, text.includes(","));
}

export function grouped(value, separators = true) {
  if (value === null) return say("doubt.blank");
  if (!separators) return value;
  const [whole, part] = value.split(".");
  const parted = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part === undefined ? parted : `${parted}.${part}`;
}

export function headerPath(column) {
  const path = [];
  for (const part of column.path?.length ? column.path : [column.label]) {
    const text = plain(part);
    if (text && path.at(-1) !== text) path.push(text);
  }
  return path.length ? path : [plain(column.label) || column.key];
}

// Rows of header cells {text, rowspan, colspan, column}; neighbours share the outer part of their path.
export function headerRows(columns) {
  const paths = columns.map(headerPath);
  const depth = Math.max(1, ...paths.map((path) => path.length));
  const rows = [];
  for (let level = 0; level < depth; level += 1) {
    const cells = [];
    for (let n = 0; n < paths.length;) {
      const width = sharedWidth(paths, n, level);
      if (level < paths[n].length) {
        const leaf = level === paths[n].length - 1;
        cells.push({ text: paths[n][level], rowspan: leaf ? depth - level : 1, colspan: width, column: columns[n], leaf });
      }
      n += width;
    }
    rows.push(cells);
  }
  return rows;
}

function sharedWidth(paths, start, level) {
  if (paths[start].length <= level + 1) return 1;
  const same = (path) => path.length > level + 1 && path.slice(0, level + 1).every((part, n) => part === paths[start][n]);
  let end = start + 1;
  while (end < paths.length && same(paths[end])) end += 1;
  return end - start;
}

function nearestLabels(table) {
  const found = new Map();
  let near = table.columns.find((column) => column.type === "label")?.key;
  for (const column of table.columns) {
    if (column.type === "label") near = column.key;
    found.set(column.key, near);
  }
  return found;
}

function depths(rows) {
  const parents = new Map(rows.map((row) => [row.id, row.parent]));
  const found = new Map();
  for (const row of rows) {
    let depth = 0, at = row.parent;
    const seen = new Set([row.id]);
    while (at && parents.has(at) && !seen.has(at)) { seen.add(at); depth += 1; at = parents.get(at); }
    found.set(row.id, depth);
  }
  return found;
}
