/** Which rows are shown: all, those with a cell missing, those with something to fix; and by name or number. */
export class Rows {
  constructor(grid, words) {
    Object.assign(this, { grid, words, kind: "all", wanted: "" });
    this.place = document.querySelector("[data-sheet-rows]");
    this.none = document.querySelector("[data-sheet-none]");
    const find = document.querySelector("[data-sheet-find]");
    find?.addEventListener("input", () => {
      this.wanted = find.value.trim().toLocaleLowerCase();
      this.apply();
    });
    find?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      grid.shownRows[0]?.cells[0]?.go();
    });
    if (!this.place) return;
    this.buttons = Object.fromEntries(["all", "missing", "toFix"].map((kind) => [kind, this.#button(kind)]));
    this.place.append(...Object.values(this.buttons));
  }

  #button(kind) {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => {
      this.kind = kind;
      this.apply();
    });
    return button;
  }

  #fits(row) {
    if (this.wanted && !row.find.toLocaleLowerCase().includes(this.wanted)) return false;
    if (this.kind === "missing") return row.cells.some((cell) => !cell.typed);
    return this.kind !== "toFix" || row.cells.some((cell) => cell.error || cell.theirs);
  }

  apply() {
    let shown = 0;
    for (const row of this.grid.rows) {
      row.node.hidden = !this.#fits(row);
      shown += row.node.hidden ? 0 : 1;
    }
    if (this.none) this.none.hidden = shown > 0;
    this.count();
  }

  /** Write the counts; the rows stay as they are, so that none vanishes under the hand that fills it. */
  count() {
    if (!this.place) return;
    const counts = {
      all: this.grid.rows.length,
      missing: this.grid.rows.filter((row) => row.cells.some((cell) => !cell.typed)).length,
      toFix: this.grid.rows.filter((row) => row.cells.some((cell) => cell.error || cell.theirs)).length,
    };
    for (const [kind, button] of Object.entries(this.buttons)) {
      const text = this.words(kind, { count: counts[kind] });
      if (button.textContent !== text) button.textContent = text;
      button.setAttribute("aria-pressed", String(this.kind === kind));
      button.hidden = kind === "toFix" && !counts.toFix && this.kind !== kind;
    }
  }
}
