// What is known of the chosen figure: its ink, why it is doubtful, its sums, its readings.
import { get } from "./api.js";
import { bdi, el } from "./dom.js";
import { drawInk } from "./ink.js";
import { grouped } from "./table_model.js";
import { language, plain, say } from "./words.js";

const MOST_TERMS = 14;
const ORDER = { fail: 0, rounding: 1, pass: 2, not_applicable: 3 };

// What a person typed as a decimal string; null where it is no figure.
export function typedFigure(text) {
  const body = text.normalize("NFKC").replace(/[\s,]/g, "").replace(/[−△▲]/, "-");
  const bracketed = body.match(/^\((\d+(?:\.\d+)?)\)$/);
  const plainBody = bracketed ? `-${bracketed[1]}` : body;
  return /^-?\d{1,20}(\.\d{1,10})?$/.test(plainBody) ? plainBody : null;
}

export class DoubtPane {
  constructor(home, docId, act) {
    Object.assign(this, { home, docId, act, asked: 0, candidates: [] });
  }

  empty(text) {
    this.candidates = [];
    this.input = null;
    delete this.home.dataset.shown;
    this.home.replaceChildren(el("p", { class: "empty-doubt" }, text));
  }

  async show(model, row, column, item) {
    const mine = ++this.asked;
    const cell = model.cell(row, column);
    Object.assign(this, { model, row, column, cell, candidates: [] });
    const ink = el("canvas", { class: "ink", role: "img", "aria-label": say("doubt.ink") });
    const figure = model.isFigure(column);
    this.sums = el("div", { tabindex: "-1" });
    this.list = el("ul", { class: "candidates" });
    this.readings = el("div", { tabindex: "-1" }, el("h2", {}, say("doubt.candidates")), figure ? this.typedLine() : cell ? this.wordsLine() : null, this.list);
    delete this.home.dataset.shown;
    this.home.replaceChildren(
      el("div", { class: "doubt-top" }, ink, this.words(cell, item)),
      el("div", { class: "doubt-middle" }, this.readings, this.sums),
      this.keyBar());
    this.drawSums();
    this.drawReadings();
    if (cell) drawInk(ink, this.docId, cell, model.heading(cell.page));
    if (figure) await this.ask(mine);
    if (mine === this.asked) this.home.dataset.shown = [model.table.id, row, column].join("/");
  }

  async ask(mine) {
    const asked = { table: this.model.table.id, row: this.row, column: this.column };
    try {
      const found = await get(`/documents/${encodeURIComponent(this.docId)}/consequences?${new URLSearchParams(asked)}`);
      if (mine !== this.asked) return;
      this.candidates = found.items;
      this.drawReadings();
    } catch { /* the readings stay without their effects */ }
  }

  words(cell, item) {
    const own = cell?.reason ? cell.reason[language] : "";
    const told = item ? (language === "zh" && item.reason_zh ? item.reason_zh : item.reason) : own;
    const verdict = cell?.verdict;
    const parts = [];
    if (cell) parts.push(`${say("doubt.readAs")} “${plain(cell.text)}”`);
    return el("div", { class: "doubt-words" },
      el("div", { class: "where", title: this.model.place(this.row, this.column) }, bdi(this.model.place(this.row, this.column))),
      el("div", {}, verdict ? el("span", { class: `chip verdict-${verdict}` }, el("span", { class: "mark", "aria-hidden": "true" }), say(`verdict.${verdict}`)) : null,
        " ", el("span", { class: "quiet" }, bdi(parts.join(" ")), cell && verdict && this.model.isFigure(this.column) ? ` · ${percent(cell.confidence)}` : "")),
      told ? el("div", { class: "why", title: plain(told) }, bdi(plain(told))) : null);
  }

  drawSums() {
    if (!this.model.isFigure(this.column)) { this.sums.replaceChildren(); return; }
    const checks = (this.cell?.checks ?? []).map((name) => this.model.checks.get(name)).filter(Boolean);
    const here = [this.model.table.id, this.row, this.column].join("\u0000");
    checks.push(...this.act.between().filter((check) => [check.result, ...check.terms].some((place) => place.join("\u0000") === here)));
    checks.sort((a, b) => ORDER[a.status] - ORDER[b.status]);
    this.sums.replaceChildren(el("h2", {}, say("doubt.sums")),
      ...(checks.length ? checks.map((check) => this.sum(check)) : [el("p", { class: "quiet" }, say("doubt.noSums"))]));
  }

  sum(check) {
    const here = (place) => place.at(-2) === this.row && place.at(-1) === this.column && (place.length === 2 || place[0] === this.model.table.id);
    let terms = check.terms;
    let hidden = 0;
    if (terms.length > MOST_TERMS) {
      const kept = terms.filter((term, n) => n < MOST_TERMS - 1 || here(term));
      hidden = terms.length - kept.length;
      terms = kept;
    }
    const parts = [this.term(check.result, check.result, here(check.result)), el("span", { class: "sign" }, SIGNS[check.status])];
    terms.forEach((term, n) => {
      if (n) parts.push(el("span", { class: "sign" }, "+"));
      parts.push(this.term(term, check.result, here(term)));
    });
    if (hidden) parts.push(el("span", { class: "sign" }, `+ … ${say("doubt.more", { count: hidden })}`));
    return el("div", { class: `sum check-${check.status}` },
      el("span", { class: "off" }, outcomeWords(check.status, check.difference)), el("div", { class: "terms" }, ...parts));
  }

  term(place, result, here) {
    const [row, column] = place.slice(-2);
    const model = place.length === 3 ? this.act.model(place[0]) : this.model;
    let name = place === result ? model.rowName(row, column) : model.termName([row, column], result.slice(-2));
    if (place.length === 3) name = `${model.title} · ${model.rowName(row, column)}`;
    return el("button", { type: "button", class: `term ${here ? "here" : ""}`, title: model.place(row, column), tabindex: "-1",
      onclick: () => this.act.choose(model.table.id, row, column) },
    el("small", {}, bdi(name)), el("b", {}, bdi(model.figure(row, column))));
  }

  // What was read where no figure stands; "" where nothing was.
  get readWords() { return plain(this.cell?.text ?? ""); }

  // Readings as buttons: the keys 1 to 9 take them.
  drawReadings() {
    const cell = this.cell;
    if (cell && !this.model.isFigure(this.column)) {
      this.shownCandidates = [];
      this.list.replaceChildren(...(this.readWords ? [el("li", {}, this.wordsReading())] : []));
      return;
    }
    const figure = cell && this.model.isFigure(this.column); // where nothing was read, a figure can only be typed
    const known = this.candidates.length ? this.candidates : figure
      ? [{ value: cell.value, confidence: cell.confidence, effects: [] }, ...cell.alternatives.map((other) => ({ ...other, effects: [] }))] : [];
    this.shownCandidates = known.slice(0, 9);
    this.list.replaceChildren(...this.shownCandidates.map((candidate, n) => el("li", {}, this.reading(candidate, n + 1))));
  }

  reading(candidate, number) {
    const good = candidate.effects.length && candidate.effects.every((effect) => effect.status === "pass" || effect.status === "rounding");
    const effects = candidate.effects.slice(0, 6).map((effect) => el("span", { class: `effect check-${effect.status}`, title: this.checkName(effect.check) },
      el("span", { class: "mark", "aria-hidden": "true" }), " ", outcomeWords(effect.status, effect.difference)));
    return el("button", { type: "button", class: good ? "good" : "", onclick: () => this.act.take(number), tabindex: "-1" },
      el("kbd", {}, String(number)), el("span", { class: "figure" }, bdi(this.candidateWords(candidate))),
      el("span", { class: "sure" }, percent(candidate.confidence)), el("span", { class: "effects" }, ...effects));
  }

  wordsReading() {
    return el("button", { type: "button", onclick: () => this.act.take(1), tabindex: "-1" },
      el("kbd", {}, "1"), el("span", { class: "figure" }, bdi(this.readWords)));
  }

  candidateWords(candidate) {
    if (candidate.value !== null) return grouped(candidate.value);
    return candidate.value === this.cell.value && plain(this.cell.text) ? `“${plain(this.cell.text)}”` : say("doubt.blank");
  }

  checkName(name) {
    const check = this.model.checks.get(name);
    if (check) return this.model.place(...check.result);
    const between = this.act.between().find((one) => one.id === name);
    return between ? this.act.model(between.result[0]).title : name;
  }

  typedLine() {
    const input = el("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-label": say("doubt.typed"), placeholder: say("doubt.typed") });
    const note = el("span", { class: "quiet" }, say("doubt.typeHint"));
    const effects = el("span", { class: "effects" });
    const line = el("div", { class: "typed" }, el("kbd", {}, "E"), input, effects, note);
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.preview(input, note, effects), 90);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        const value = typedFigure(input.value);
        if (value !== null) { input.blur(); this.act.figure(value); } else this.refuse(note);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        input.value = "";
        effects.replaceChildren();
        input.blur();
      }
    });
    this.input = input;
    return line;
  }

  wordsLine() {
    const words = say("doubt.typedWords");
    const input = el("input", { type: "text", class: "words", maxlength: "500", autocomplete: "off", spellcheck: "false", "aria-label": words, placeholder: words });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        const text = input.value.trim();
        if (text) { input.blur(); this.act.words(text); }
      } else if (event.key === "Escape") {
        event.stopPropagation();
        input.value = "";
        input.blur();
      }
    });
    this.input = input;
    return el("div", { class: "typed wrapped" }, el("kbd", {}, "E"), input, el("span", { class: "quiet" }, say("doubt.typeWordsHint")));
  }

  refuse(note) {
    note.className = "trouble";
    note.textContent = say("doubt.notFigure");
  }

  async preview(input, note, effects) {
    const value = typedFigure(input.value);
    note.className = "quiet";
    note.textContent = say("doubt.typeHint");
    effects.replaceChildren();
    if (value === null) return;
    const mine = this.asked;
    const asked = { table: this.model.table.id, row: this.row, column: this.column, typed: value };
    try {
      const found = await get(`/documents/${encodeURIComponent(this.docId)}/consequences?${new URLSearchParams(asked)}`);
      if (mine !== this.asked || typedFigure(input.value) !== value) return;
      const candidate = found.items.find((one) => one.value === value) ?? found.items.at(-1);
      effects.replaceChildren(...candidate.effects.slice(0, 3).map((effect) => el("span", { class: `effect check-${effect.status}` },
        el("span", { class: "mark", "aria-hidden": "true" }), " ", outcomeWords(effect.status, effect.difference))));
      note.textContent = "";
    } catch { /* a preview may fail */ }
  }

  type(start = "") {
    if (!this.input) return;
    this.input.value = start || (this.input.classList.contains("words") ? this.readWords : "");
    this.input.focus();
    if (start) this.input.dispatchEvent(new Event("input"));
  }

  keyBar() {
    const button = (key, words, run) => el("button", { type: "button", onclick: run, tabindex: "-1" }, el("kbd", {}, key), words);
    return el("div", { class: "doubt-keys" },
      button("J", say("action.next"), () => this.act.next(1)), button("K", say("action.previous"), () => this.act.next(-1)),
      button("E", say("action.type"), () => this.type()), button("B", say("action.blank"), () => this.act.mark("blank")),
      button("D", say("action.dash"), () => this.act.mark("dash")),
      button("S", say("action.source"), () => this.act.mark("source_error")), button("X", say("action.unreadable"), () => this.act.mark("unreadable")),
      button("U", say("action.undo"), () => this.act.undo()),
      button("I", say("action.addRow"), () => this.act.askNewRow()), button("Del", say("action.dropRow"), () => this.act.askDropRow()),
      button("M", say("kind.row"), () => this.act.askRow()), button("C", say("kind.column"), () => this.act.askColumn()));
  }
}

const SIGNS = { pass: "=", rounding: "≈", fail: "≠", not_applicable: "=?" };

export function outcomeWords(status, difference) {
  if (status === "pass") return say("doubt.holds");
  if (status === "not_applicable" || difference === null) return say("doubt.idle");
  const signed = difference.startsWith("-") ? `−${grouped(difference.slice(1))}` : `+${grouped(difference)}`;
  return say(status === "rounding" ? "doubt.rounding" : "doubt.off", { difference: signed });
}

export const percent = (share) => `${(share * 100).toFixed(share > 0.9995 || share < 0.0995 ? 1 : 0)} %`;
