const LISTED = 20;

const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  Object.assign(node, attributes);
  node.append(...children);
  return node;
};

/** What the sheet says around itself: above it what is not saved, in the head how it stands, which rows are shown. */
export class Notices {
  #shown = "";

  constructor(words) {
    this.words = words;
    this.place = document.querySelector("[data-sheet-notices]");
    this.state = document.querySelector("[data-sheet-state]");
    this.language = document.documentElement.lang || "en";
    this.clock = new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat(this.language, { day: "numeric", month: "short" });
  }

  time(moment) {
    const today = new Date().toDateString() === moment.toDateString();
    return today ? this.clock.format(moment) : `${this.day.format(moment)}, ${this.clock.format(moment)}`;
  }

  /** The line in the head: saved and when, being saved, or how many are not. */
  say(text, kind = "") {
    if (!this.state || this.state.lastElementChild.textContent === text) return;
    this.state.hidden = !text;
    this.state.dataset.kind = kind;
    this.state.lastElementChild.textContent = text;
  }

  where(cell, problem) {
    return this.words("where", { student: cell.row.name, component: cell.column.name, problem });
  }

  /** Draws the notices anew where they changed; who is at one of their buttons is not disturbed otherwise. */
  draw({ wrong, conflicts, trouble, draft }, act) {
    if (!this.place) return;
    const told = JSON.stringify([
      wrong.map((cell) => [cell.key, cell.error]),
      conflicts.map((cell) => [cell.key, cell.typed, cell.theirs]),
      trouble,
      draft,
    ]);
    if (told === this.#shown) return;
    this.#shown = told;
    const parts = [];
    if (trouble) parts.push(this.#alert("warn", trouble));
    if (draft) parts.push(this.#draft(draft, act));
    if (conflicts.length) parts.push(this.#list("warn", conflicts, (cell) => this.#conflict(cell, act)));
    if (wrong.length) parts.push(this.#list("bad", wrong, (cell) => [cell.error, " ", this.#way(cell)]));
    const inside = this.place.contains(document.activeElement);
    this.place.replaceChildren(...parts);
    if (inside) (this.place.querySelector("button") ?? document.querySelector("[data-sheet] input"))?.focus();
  }

  #alert(kind, title) {
    const node = document.querySelector(`[data-sheet-alert="${kind}"]`).content.firstElementChild.cloneNode(true);
    node.querySelector("strong").textContent = title;
    return node;
  }

  #list(kind, cells, line) {
    const title = cells.length === 1 ? this.words("oneWrong") : this.words("wrong", { count: cells.length });
    const alert = this.#alert(kind, title);
    const list = element("ul", { className: "mb-0" });
    list.append(...cells.slice(0, LISTED).map((cell) => element("li", {}, ...line(cell))));
    if (cells.length > LISTED) list.append(element("li", {}, this.words("more", { count: cells.length - LISTED })));
    alert.lastElementChild.append(list);
    return alert;
  }

  #way(cell) {
    const link = element("a", { href: `#${cell.input.id}`, textContent: this.words("go") });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      cell.go();
    });
    return link;
  }

  #button(text, press) {
    const button = element("button", { type: "button", className: "btn btn-quiet btn-sm ms-1", textContent: text });
    button.addEventListener("click", press);
    return button;
  }

  #conflict(cell, act) {
    const { text, by, at } = cell.theirs;
    const nothing = this.words("nothing");
    const problem = this.words("conflict", {
      mine: cell.typed || nothing,
      theirs: text || nothing,
      by: by || this.words("someone"),
      time: at ? this.time(new Date(at)) : "",
    });
    return [
      this.where(cell, problem),
      " ",
      this.#button(this.words("keepMine", { text: cell.typed || nothing }), () => act.keepMine(cell)),
      this.#button(this.words("takeTheirs", { text: text || nothing }), () => act.takeTheirs(cell)),
      " ",
      this.#way(cell),
    ];
  }

  #draft({ count, at }, act) {
    const alert = this.#alert("note", this.words("draft", { count, time: at }));
    alert.lastElementChild.append(
      this.#button(this.words("putBack"), act.putBack),
      this.#button(this.words("forget"), act.forget),
    );
    return alert;
  }
}
