// The table as a grid: sticky header and labels, verdicts as colour and mark.
import { bdi, el } from "./dom.js";
import { FIGURES, headerRows, placeKey, shown } from "./table_model.js";
import { plain, say } from "./words.js";

const SUMS = ["total", "group", "unit"];

export class Grid {
  constructor(home, choose) {
    this.home = home;
    this.cells = new Map();
    this.marked = [];
    home.addEventListener("click", (event) => {
      const at = event.target.closest("[data-row]");
      if (at) choose(at.dataset.row, at.dataset.column);
    });
  }

  show(model) {
    const keep = this.model?.table.id === model.table.id ? [this.home.scrollLeft, this.home.scrollTop] : [0, 0];
    this.model = model;
    this.cells.clear();
    this.marked = [];
    const label = model.table.columns.find((column) => column.type === "label");
    const body = model.table.rows.map((row) => this.row(row, label));
    this.home.replaceChildren(el("table", {}, this.head(label), el("tbody", {}, ...body)));
    [this.home.scrollLeft, this.home.scrollTop] = keep;
  }

  head(label) {
    const rows = headerRows(this.model.table.columns).map((cells) => el("tr", {}, ...cells.map((cell) => {
      const own = cell.leaf ? cell.column : null;
      return el("th", {
        scope: own ? "col" : "colgroup", rowspan: cell.rowspan, colspan: cell.colspan,
        class: own && own === label ? "label" : "", data: own ? { head: own.key } : {},
      }, bdi(cell.text));
    })));
    return el("thead", {}, ...rows);
  }

  row(row, label) {
    const depth = Math.min(this.model.depths.get(row.id), 5);
    const cells = this.model.table.columns.map((column) => {
      const cell = row.cells[column.key];
      const data = { row: row.id, column: column.key };
      const text = cell ? shown(cell) : "";
      let made;
      if (column === label) {
        const verdict = cell?.verdict;
        made = el("th", { scope: "row", class: `label depth-${depth} ${verdict ? `verdict-${verdict}` : ""}`, data },
          verdict ? el("span", { class: "mark", role: "img", "aria-label": say(`verdict.${verdict}`) }) : null, bdi(text || plain(row.label)));
      } else if (FIGURES.includes(column.type)) {
        const verdict = cell?.verdict;
        const mark = verdict && (text || verdict === "doubtful" || verdict === "human");
        made = el("td", { class: `figure ${mark ? `verdict-${verdict}` : ""}`, data },
          mark ? el("span", { class: "mark", role: "img", "aria-label": say(`verdict.${verdict}`) }) : null, bdi(text));
      } else {
        made = el("td", { class: "words", data, title: text.length > 20 ? text : null }, el("span", {}, bdi(text)));
      }
      this.cells.set(placeKey(row.id, column.key), made);
      return made;
    });
    return el("tr", { class: SUMS.includes(row.role) ? "sum" : "" }, ...cells);
  }

  choose(row, column, partners) {
    for (const made of this.marked) made.classList.remove("chosen", "partner");
    this.marked = [];
    for (const [partnerRow, partnerColumn] of partners) {
      const made = this.cells.get(placeKey(partnerRow, partnerColumn));
      if (made) { made.classList.add("partner"); this.marked.push(made); }
    }
    const made = this.cells.get(placeKey(row, column));
    if (!made) return;
    made.classList.remove("partner");
    made.classList.add("chosen");
    this.marked.push(made);
    made.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The place so many steps away; figures only where the step is along a row.
  step(row, column, down, right) {
    const rows = this.model.table.rows, columns = this.model.table.columns;
    const y = Math.max(0, rows.findIndex((held) => held.id === row));
    const x = Math.max(0, columns.findIndex((held) => held.key === column));
    const to = (n, most) => Math.min(Math.max(n, 0), most - 1);
    return [rows[to(y + down, rows.length)]?.id, columns[to(x + right, columns.length)]?.key];
  }
}
