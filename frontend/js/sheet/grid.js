import { readMark } from "./marks.js";

const HUGE = 1e6;

/** One cell: `text` is what the teacher means by it, `saved` what the server holds, `mark` the number of that mark. */
class Cell {
  constructor(input, row, column) {
    Object.assign(this, { input, row, column, place: input.parentElement });
    this.saved = input.defaultValue.trim();
    this.text = this.saved;
    this.mark = Number(input.dataset.mark ?? 0);
    this.state = "";
    this.error = "";
    this.theirs = null;
  }

  get key() {
    return `${this.row.id}-${this.column.key}`;
  }

  /** What stands in it now, typed to the end or not. */
  get typed() {
    return this.input.value.trim();
  }

  read(text = this.text) {
    return readMark(text, this.column.max, this.column.absent);
  }

  show(state) {
    this.state = state;
    this.place.dataset.state = state;
    if (state === "wrong") this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  go() {
    this.row.node.hidden = false;
    this.input.focus();
    this.input.select();
  }
}

/** The cells of a sheet by row and column, and the ways between them. Hidden rows are passed over. */
export class Grid {
  constructor(root) {
    const absent = root.dataset.absent ?? "AB";
    this.root = root;
    this.columns = [...root.querySelectorAll("thead th[data-key]")].map(({ dataset }) => ({
      key: dataset.key,
      max: Number(dataset.max || HUGE),
      shown: "shown" in dataset,
      name: document.getElementById(`c-${dataset.key}`)?.textContent ?? "",
      absent,
    }));
    this.byInput = new Map();
    this.byKey = new Map();
    this.rows = [...root.querySelectorAll("tbody tr[data-row]")].map((node) => this.#row(node));
    // The heads stand in two lines; the cells of a row say in which order the columns are.
    const order = this.rows[0]?.cells.map((cell) => cell.column) ?? [];
    this.columns = order;
  }

  #row(node) {
    const name = node.querySelector("th").firstElementChild?.textContent ?? node.querySelector("th").textContent;
    const row = { node, id: node.dataset.row, name: name.trim(), find: node.querySelector("th").textContent, cells: [] };
    const known = new Map(this.columns.map((column) => [column.key, column]));
    row.cells = [...node.querySelectorAll("td.cell input")].map((input) => {
      const key = input.name.slice(`mark-${row.id}-`.length);
      const cell = new Cell(input, row, known.get(key));
      this.byInput.set(input, cell);
      this.byKey.set(cell.key, cell);
      return cell;
    });
    return row;
  }

  get cells() {
    return this.byKey.values();
  }

  get shownRows() {
    return this.rows.filter((row) => !row.node.hidden);
  }

  /** The cell so many rows and columns away, or null outside the sheet. */
  at(cell, rows, columns) {
    const shown = this.shownRows;
    const row = shown[shown.indexOf(cell.row) + rows];
    return row?.cells[cell.row.cells.indexOf(cell) + columns] ?? null;
  }

  /** As `at`, but stops at the edge. */
  near(cell, rows, columns) {
    const shown = this.shownRows;
    const within = (place, count) => Math.min(Math.max(place, 0), count - 1);
    const row = shown[within(shown.indexOf(cell.row) + rows, shown.length)] ?? cell.row;
    return row.cells[within(cell.row.cells.indexOf(cell) + columns, row.cells.length)];
  }

  /** All cells of the rectangle between two cells, row by row. */
  between(one, other) {
    const shown = this.shownRows;
    const span = (a, b) => [Math.min(a, b), Math.max(a, b)];
    const [top, bottom] = span(shown.indexOf(one.row), shown.indexOf(other.row));
    const [left, right] = span(one.row.cells.indexOf(one), other.row.cells.indexOf(other));
    return shown.slice(top, bottom + 1).map((row) => row.cells.slice(left, right + 1));
  }

  /** The next empty cell: down this column, then down the columns to the right, then from the start. */
  nextEmpty(from) {
    const rows = this.shownRows;
    const width = rows[0]?.cells.length ?? 0;
    const all = Array.from({ length: width }, (_none, column) => rows.map((row) => row.cells[column])).flat();
    const start = from ? all.indexOf(from) + 1 : 0;
    return [...all.slice(start), ...all.slice(0, start)].find((cell) => !cell.typed) ?? null;
  }
}
