import { toast } from "../toasts.js";
import { filled } from "../words.js";
import { isBlock, parseCells, writeCells } from "./clipboard.js";
import { Grid } from "./grid.js";
import { History } from "./history.js";
import { Keep } from "./keep.js";
import { Notices } from "./notices.js";
import { Rows } from "./rows.js";
import { Saver } from "./saver.js";

const IDLE = 2500;
const PAGE = 10;

/** One marks sheet: what is typed, pasted, filled and taken back in it. Saving is the Saver's. */
export class Sheet {
  #timer = 0;
  #picked = [];

  constructor(root) {
    this.root = root;
    const sentences = JSON.parse(root.dataset.words ?? "{}");
    this.words = (key, values) => filled(sentences[key] ?? "", values);
    this.grid = new Grid(root);
    this.history = new History();
    this.notices = new Notices(this.words);
    this.rows = new Rows(this.grid, this.words);
    this.keep = root.dataset.draft ? new Keep(root.dataset.draft) : null;
    this.saver = root.dataset.save ? new Saver(this) : null;
    this.#listen();
    this.#takeOver();
    this.changed();
    root.dataset.ready = "";
  }

  get reason() {
    return document.getElementById("reason")?.value.trim() ?? "";
  }

  /** What was typed before this ran, or kept by the browser over a reload, counts as typed; older drafts are offered. */
  #takeOver() {
    for (const cell of this.grid.cells) {
      if (cell.typed !== cell.saved) this.mean(cell, cell.typed);
      else if (cell.input.hasAttribute("aria-invalid")) this.judge(cell);
    }
    if (!this.keep) return;
    for (const [key, [text]] of Object.entries(this.keep.offered)) {
      const cell = this.grid.byKey.get(key);
      if (!cell || cell.read(text).text === cell.typed) delete this.keep.offered[key];
    }
  }

  #listen() {
    const on = (kind, act) =>
      this.root.addEventListener(kind, (event) => {
        const cell = this.grid.byInput.get(event.target);
        if (cell) act(event, cell);
      });
    on("keydown", (event, cell) => this.#key(event, cell));
    on("focusin", (_event, cell) => this.#enter(cell));
    on("focusout", (_event, cell) => this.commit(cell));
    on("input", (_event, cell) => this.#typing(cell));
    on("paste", (event, cell) => this.#paste(event, cell));
    on("copy", (event) => this.#copy(event));
    on("pointerdown", (event, cell) => this.#point(event, cell));
    document.querySelector("[data-sheet-next]")?.addEventListener("click", () => this.#toNextEmpty(this.current));
    document.getElementById("reason")?.addEventListener("change", () => this.#judgeAll());
    this.root.closest("form")?.addEventListener("submit", (event) => this.saver && this.#submit(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.current) this.commit(this.current);
      if (this.saver && this.unsaved.length) event.preventDefault();
    });
  }

  async #submit(event) {
    event.preventDefault();
    if (this.current) this.commit(this.current);
    this.#judgeAll();
    await this.saver.now();
    if (!this.unsaved.length) toast({ text: this.words("savedAll") });
    else document.querySelector("[data-sheet-notices] a, [data-sheet-notices] button")?.focus();
  }

  get unsaved() {
    return [...this.grid.cells].filter((cell) => cell.state);
  }

  // ---- what a cell means

  /** Take a text for a cell, whoever typed it, and say how the cell stands. */
  mean(cell, text) {
    cell.text = text;
    if (cell.typed !== text) cell.input.value = text;
    this.judge(cell);
  }

  judge(cell) {
    const mark = cell.read();
    cell.error = "";
    if (mark.problem) this.#wrong(cell, mark.problem);
    else if (mark.text === cell.saved) {
      cell.theirs = null;
      cell.show("");
    } else if (cell.theirs) cell.show("conflict");
    else if (cell.column.shown && cell.mark && !this.reason) this.#wrong(cell, "reason");
    else cell.show("unsaved");
  }

  #wrong(cell, problem) {
    const values = { text: cell.text.slice(0, 20), value: cell.text.slice(0, 20), max: cell.column.max };
    cell.error = this.notices.where(cell, this.words(problem, values));
    cell.show("wrong");
  }

  #judgeAll() {
    for (const cell of this.grid.cells) if (cell.state) this.judge(cell);
    this.changed();
  }

  /** Something is different: say it, keep it, and have it saved. */
  changed() {
    const unsaved = this.unsaved;
    this.keep?.write(unsaved);
    this.rows.count();
    this.#countMissing();
    this.saver?.soon();
    const draft = Object.keys(this.keep?.offered ?? {}).length;
    this.notices.draw(
      {
        wrong: unsaved.filter((cell) => cell.error),
        conflicts: unsaved.filter((cell) => cell.theirs && !cell.error),
        trouble: this.saver?.trouble ?? "",
        draft: draft ? { count: draft, at: this.notices.time(this.keep.at) } : null,
      },
      this,
    );
    this.saver?.tell();
  }

  /** How many marks each component still misses, beside the sheet. */
  #countMissing() {
    for (const place of document.querySelectorAll("[data-missing]")) {
      const cells = [...this.grid.cells].filter((cell) => cell.column.key === place.dataset.missing);
      const count = cells.filter((cell) => !cell.saved).length;
      const key = count ? (count === 1 ? "missingOne" : "missingSome") : "missingNone";
      if (cells.length) place.textContent = this.words(key, { count });
    }
  }

  // ---- steps that can be taken back

  commit(cell) {
    clearTimeout(this.#timer);
    if (cell.typed !== cell.text) this.apply([{ cell, text: cell.typed }]);
  }

  apply(changes) {
    const step = changes
      .filter(({ cell, text }) => cell.text !== text || cell.typed !== text)
      .map(({ cell, text }) => ({ cell, before: cell.text, after: text }));
    if (!step.length) return;
    this.history.add(step);
    step.forEach(({ cell, after }) => this.mean(cell, after));
    this.changed();
  }

  #back(changes) {
    changes.forEach(({ cell, text }) => this.mean(cell, text));
    if (!changes.length) return;
    changes[0].cell.go();
    this.changed();
  }

  // ---- choices in a notice

  keepMine = (cell) => {
    cell.mark = cell.theirs.mark;
    cell.saved = cell.theirs.text;
    cell.theirs = null;
    this.mean(cell, cell.typed);
    this.changed();
  };

  takeTheirs = (cell) => {
    const { mark, text } = cell.theirs;
    Object.assign(cell, { mark, saved: text, theirs: null });
    this.apply([{ cell, text }]);
    this.judge(cell);
    this.changed();
  };

  putBack = () => {
    const changes = [];
    for (const [key, [text, seen]] of Object.entries(this.keep.offered)) {
      const cell = this.grid.byKey.get(key);
      if (seen !== cell.mark) cell.theirs = { text: cell.saved, mark: cell.mark, by: null, at: null };
      if (seen !== cell.mark) cell.mark = seen;
      changes.push({ cell, text });
    }
    this.keep.offered = {};
    this.apply(changes);
    this.changed();
  };

  forget = () => {
    this.keep.offered = {};
    this.changed();
  };

  // ---- keys

  get current() {
    return this.grid.byInput.get(document.activeElement) ?? null;
  }

  #enter(cell) {
    cell.input.select();
    this.#tellHistory(cell);
  }

  #tellHistory(cell) {
    const link = document.querySelector("[data-sheet-history]");
    if (!link) return;
    const [, before] = this.root.dataset.history.match(/^(.*?)\/enrolments\//) ?? [];
    link.hidden = !cell.mark;
    link.href = `${before}/enrolments/${cell.row.id}/components/${cell.column.key}/mark`;
  }

  #typing(cell) {
    this.#pick([]);
    const problem = cell.read(cell.typed).problem;
    if (problem) cell.input.setAttribute("aria-invalid", "true");
    else if (cell.state !== "wrong" || cell.typed !== cell.text) cell.input.removeAttribute("aria-invalid");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.commit(cell), IDLE);
  }

  #key(event, cell) {
    const done = event.ctrlKey || event.metaKey ? this.#command(event, cell) : this.#plainKey(event, cell);
    if (done) event.preventDefault();
  }

  #command(event, cell) {
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") {
      this.commit(cell);
      this.#back(key === "y" || event.shiftKey ? this.history.redo() : this.history.undo());
      return true;
    }
    if (key === "d") return this.#fillDown(cell);
    if (key === "enter") return this.#toNextEmpty(cell);
    if (key === "home" || key === "end") {
      const far = key === "home" ? -1e6 : 1e6;
      this.grid.near(cell, far, far).go();
      return true;
    }
    return false;
  }

  #plainKey(event, cell) {
    const { input } = cell;
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (event.altKey) return false;
    if (event.shiftKey && event.key.startsWith("Arrow")) return this.#extend(event.key, cell, all);
    if ((event.key === "Delete" || event.key === "Backspace") && this.#picked.length) return this.#clear();
    if (event.key === "Escape") return this.#revert(cell);
    if (event.key === "F2") {
      input.setSelectionRange(input.value.length, input.value.length);
      return true;
    }
    const next = this.#next(event, cell, all);
    if (next) next.go();
    if (next || event.key.startsWith("Arrow") || event.key === "Enter") this.#pick([]);
    // Enter in a cell must move, never send the form; below the last row it still means that the mark is meant.
    if (event.key !== "Enter") return Boolean(next);
    if (!next) this.commit(cell);
    return true;
  }

  #next(event, cell, all) {
    const { input } = cell;
    const step = (rows, columns) => this.grid.at(cell, rows, columns);
    switch (event.key) {
      case "ArrowDown":
        return step(1, 0);
      case "ArrowUp":
        return step(-1, 0);
      case "Enter":
        return step(event.shiftKey ? -1 : 1, 0);
      case "ArrowRight":
        return input.selectionEnd === input.value.length ? step(0, 1) : null;
      case "ArrowLeft":
        return input.selectionStart === 0 ? step(0, -1) : null;
      case "Home":
        return all ? this.grid.near(cell, 0, -1e6) : null;
      case "End":
        return all ? this.grid.near(cell, 0, 1e6) : null;
      case "PageDown":
        return this.grid.near(cell, PAGE, 0);
      case "PageUp":
        return this.grid.near(cell, -PAGE, 0);
      default:
        return null;
    }
  }

  #revert(cell) {
    if (this.#picked.length) this.#pick([]);
    else if (cell.typed !== cell.text) {
      clearTimeout(this.#timer);
      this.mean(cell, cell.text);
      cell.input.select();
    } else return false;
    return true;
  }

  #toNextEmpty(from) {
    if (from) this.commit(from);
    const cell = this.grid.nextEmpty(from);
    if (cell) cell.go();
    else toast({ kind: "note", text: this.words("full") });
    return true;
  }

  // ---- several cells

  #pick(rows, head = null) {
    this.#picked.flat().forEach((cell) => cell.place.classList.remove("picked"));
    this.#picked = rows;
    this.head = head;
    rows.flat().forEach((cell) => cell.place.classList.add("picked"));
  }

  #extend(key, cell, all) {
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    if (sideways && !all) return false;
    this.commit(cell);
    const rows = { ArrowDown: 1, ArrowUp: -1 }[key] ?? 0;
    const columns = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
    const head = this.grid.near(this.head ?? cell, rows, columns);
    this.#pick(this.grid.between(cell, head), head);
    head.place.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  #point(event, cell) {
    const from = this.current;
    if (!event.shiftKey || !from) {
      this.#pick([]);
      return;
    }
    event.preventDefault();
    this.#pick(this.grid.between(from, cell), cell);
  }

  #clear() {
    this.apply(this.#picked.flat().map((cell) => ({ cell, text: "" })));
    return true;
  }

  /** With several cells picked their first row fills the others; with one the cell above fills it. */
  #fillDown(cell) {
    this.commit(cell);
    if (this.#picked.length > 1) {
      const [first, ...others] = this.#picked;
      this.apply(others.flatMap((row) => row.map((one, at) => ({ cell: one, text: first[at].typed }))));
    } else {
      const above = this.grid.at(cell, -1, 0);
      if (above) this.apply([{ cell, text: above.typed }]);
      cell.input.select();
    }
    return true;
  }

  #copy(event) {
    if (this.#picked.flat().length < 2) return;
    event.clipboardData.setData("text/plain", writeCells(this.#picked.map((row) => row.map((cell) => cell.typed))));
    event.preventDefault();
  }

  /** A block fills the cells below and to the right, one value all cells picked; an empty one leaves its cell alone. */
  #paste(event, cell) {
    const text = event.clipboardData.getData("text/plain");
    const several = this.#picked.flat().length > 1;
    if (!isBlock(text) && !several) return;
    event.preventDefault();
    const changes = [];
    let over = 0;
    if (!isBlock(text)) {
      changes.push(...this.#picked.flat().map((one) => ({ cell: one, text: text.trim() })));
    } else {
      const start = this.#picked[0]?.[0] ?? cell;
      parseCells(text).forEach((line, down) =>
        line.forEach((value, right) => {
          const to = this.grid.at(start, down, right);
          if (!value.trim()) return;
          if (to) changes.push({ cell: to, text: value.trim() });
          else over += 1;
        }),
      );
    }
    this.apply(changes);
    cell.input.select();
    if (this.saver) toast({ kind: "note", text: this.words("pasted", { count: changes.length }) });
    if (over) toast({ kind: "warn", text: this.words("over", { count: over }) });
  }
}
