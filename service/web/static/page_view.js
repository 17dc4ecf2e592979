// The page image with the boxes of its cells: zoom, pan, turn.
import { url } from "./api.js";
import { svg } from "./dom.js";

const WIDTHS = [900, 1400, 2000, 3000]; // pixels that pages are asked for in
const MOST = 8;

export class PageView {
  constructor(window_, paper, pages, docId, choose) {
    Object.assign(this, { window: window_, paper, pages, docId });
    this.page = 0;
    this.scale = 1;
    this.turned = 0;
    this.x = this.y = 0;
    this.image = document.createElement("img");
    this.image.alt = "";
    this.image.draggable = false;
    this.boxes = svg("svg", { "aria-hidden": "true" });
    paper.append(this.image, this.boxes);
    this.boxes.addEventListener("click", (event) => {
      const { row, column, table } = event.target.dataset ?? {};
      if (row && !this.dragged) choose(table, row, column);
    });
    this.listen();
    new ResizeObserver(() => { if (this.fitted) this.fit(); }).observe(window_);
  }

  size(page = this.page) {
    const held = this.pages[page - 1];
    return held && held.width > 0 ? held : { width: 595, height: 842 };
  }

  // Shows the page with the boxes of `models` (every table of the result).
  show(page, models, heading) {
    const fresh = page !== this.page;
    this.page = page;
    const { width, height } = this.size();
    this.paper.style.width = `${width}px`;
    this.paper.style.height = `${height}px`;
    this.boxes.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.draw(models);
    if (fresh) {
      this.loaded = this.drawn = 0;
      this.image.removeAttribute("src");
      this.turned = (360 - heading) % 360;
      this.fit();
    }
  }

  draw(models) {
    this.rects = new Map();
    const made = [];
    for (const model of models) {
      if (!model.table.pages.includes(this.page)) continue;
      for (const row of model.table.rows) {
        for (const [column, cell] of Object.entries(row.cells)) {
          if (cell.page !== this.page) continue;
          const [x0, y0, x1, y1] = cell.bbox;
          const figure = cell.verdict && (cell.text || cell.verdict !== "accepted");
          const rect = svg("rect", {
            x: x0 - 1, y: y0 - 1, width: Math.max(x1 - x0, 1) + 2, height: Math.max(y1 - y0, 1) + 2,
            class: figure ? `verdict-${cell.verdict}` : "words",
          });
          Object.assign(rect.dataset, { table: model.table.id, row: row.id, column });
          this.rects.set(`${model.table.id}\u0000${row.id}\u0000${column}`, rect);
          made.push(rect);
        }
      }
    }
    this.overlay = svg("g");
    this.boxes.replaceChildren(...made, this.overlay);
  }

  choose(table, row, column, partners) {
    const outline = (r, c, kind) => {
      const rect = this.rects.get(`${table}\u0000${r}\u0000${c}`);
      if (!rect) return null;
      const copy = svg("rect", { class: kind });
      for (const name of ["x", "y", "width", "height"]) copy.setAttribute(name, rect.getAttribute(name));
      return copy;
    };
    const marks = partners.filter(([r, c]) => r !== row || c !== column).map(([r, c]) => outline(r, c, "partner"));
    marks.push(outline(row, column, "chosen"));
    this.overlay.replaceChildren(...marks.filter(Boolean));
  }

  // Moves so that the box is in sight, at a size at which its ink can be read.
  reveal(bbox) {
    const [x, y] = this.turnedPoint((bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2);
    const { clientWidth: w, clientHeight: h } = this.window;
    const readable = Math.max(this.scale, Math.min(1.35 * w / this.turnedSize()[0], 2.4));
    if (this.scale < readable && !this.held) { this.scale = readable; this.fitted = false; }
    this.x = w / 2 - x * this.scale;
    this.y = h / 2 - y * this.scale;
    this.place(true);
  }

  fit() {
    const { clientWidth: w, clientHeight: h } = this.window;
    const [width, height] = this.turnedSize();
    this.scale = Math.min(w / width, h / height) * 0.98;
    this.x = (w - width * this.scale) / 2;
    this.y = (h - height * this.scale) / 2;
    this.fitted = true;
    this.held = false;
    this.place(false);
  }

  zoom(factor, cx = this.window.clientWidth / 2, cy = this.window.clientHeight / 2) {
    const scale = Math.min(Math.max(this.scale * factor, 0.2), MOST);
    this.x = cx - (cx - this.x) * scale / this.scale;
    this.y = cy - (cy - this.y) * scale / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.held = true;
    this.place(false);
  }

  turn() { this.turned = (this.turned + 90) % 360; this.fit(); }

  turnedSize() {
    const { width, height } = this.size();
    return this.turned % 180 ? [height, width] : [width, height];
  }

  turnedPoint(x, y) {
    const { width, height } = this.size();
    return { 0: [x, y], 90: [height - y, x], 180: [width - x, height - y], 270: [y, width - x] }[this.turned];
  }

  place(smooth) {
    const [width, height] = this.turnedSize();
    const { clientWidth: w, clientHeight: h } = this.window;
    const within = (at, room, need) => need <= room ? (room - need) / 2 : Math.min(Math.max(at, room - need - 40), 40);
    if (!this.held) {
      this.x = within(this.x, w, width * this.scale);
      this.y = within(this.y, h, height * this.scale);
    }
    const own = this.size();
    const origin = { 0: [0, 0], 90: [own.height, 0], 180: [own.width, own.height], 270: [0, own.width] }[this.turned];
    this.paper.classList.toggle("smooth", smooth);
    this.paper.style.transform =
      `translate(${this.x}px, ${this.y}px) scale(${this.scale}) translate(${origin[0]}px, ${origin[1]}px) rotate(${this.turned}deg)`;
    this.load();
  }

  load() {
    const wanted = this.size().width * this.scale * (window.devicePixelRatio || 1);
    const fine = WIDTHS.find((step) => step >= wanted) ?? WIDTHS.at(-1);
    if (!this.loaded && fine > WIDTHS[0]) this.fetch(WIDTHS[0]); // something to look at, soon
    if (fine > this.loaded) this.fetch(fine);
  }

  fetch(width) {
    this.loaded = width;
    const page = this.page;
    const next = new Image();
    next.onload = () => {
      if (page !== this.page || width < (this.drawn ?? 0)) return;
      this.drawn = width;
      this.image.src = next.src;
    };
    next.src = url(`/documents/${encodeURIComponent(this.docId)}/pages/${page}/image?width=${width}`);
  }

  listen() {
    let from = null;
    this.window.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = this.window.getBoundingClientRect();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - at.left, event.clientY - at.top);
    }, { passive: false });
    this.window.addEventListener("pointerdown", (event) => {
      from = [event.clientX - this.x, event.clientY - this.y];
      this.dragged = false;
    });
    this.window.addEventListener("pointermove", (event) => {
      if (!from || !(event.buttons & 1)) return;
      const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
      if (Math.hypot(x - this.x, y - this.y) > 3) this.dragged = true;
      if (!this.dragged) return;
      Object.assign(this, { x, y, held: true, fitted: false });
      this.place(false);
    });
    for (const kind of ["pointerup", "pointerleave"]) this.window.addEventListener(kind, () => { from = null; });
  }
}
