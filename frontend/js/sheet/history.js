const MOST = 200;

/** What was done, to be taken back and done again: steps of changes {cell, before, after}. */
export class History {
  #done = [];
  #undone = [];

  add(changes) {
    this.#done.push(changes);
    if (this.#done.length > MOST) this.#done.shift();
    this.#undone = [];
  }

  /** The changes that take the last step back. What somebody else changed since is left alone. */
  undo() {
    return this.#move(this.#done, this.#undone, "after", "before");
  }

  redo() {
    return this.#move(this.#undone, this.#done, "before", "after");
  }

  #move(from, to, expected, wanted) {
    const step = from.pop();
    if (!step) return [];
    to.push(step);
    return step
      .filter(({ cell, ...change }) => cell.read().text === cell.read(change[expected]).text)
      .map((change) => ({ cell: change.cell, text: change[wanted] }));
  }
}
