/** The unsaved cells of one sheet, kept in this browser until they are saved or given up. */
export class Keep {
  constructor(name) {
    this.name = name;
    this.offered = this.#read();
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.name))?.cells ?? {};
    } catch {
      return {};
    }
  }

  get at() {
    try {
      return new Date(JSON.parse(localStorage.getItem(this.name)).at);
    } catch {
      return new Date();
    }
  }

  /** What an earlier visit left is kept beside what is unsaved now, until somebody decides about it. */
  write(cells) {
    const now = Object.fromEntries(cells.map((cell) => [cell.key, [cell.typed, cell.mark]]));
    const all = { ...this.offered, ...now };
    try {
      if (Object.keys(all).length) {
        localStorage.setItem(this.name, JSON.stringify({ at: new Date().toISOString(), cells: all }));
      } else localStorage.removeItem(this.name);
    } catch {
      // Without storage the guard against leaving is all there is.
    }
  }
}
