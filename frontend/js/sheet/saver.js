import { NotTaken, news, save } from "./server.js";

const DEBOUNCE = 500;
const AT_ONCE = 2000;
const LOOK = 10_000;
const RETRY = [2, 5, 10, 20, 30];

/** Saves what is unsaved, in batches, one after the other; tries again while the server is away; hears of others' marks. */
export class Saver {
  #timer = 0;
  #sending = null;
  #tries = 0;
  #stopped = false;

  constructor(sheet) {
    this.sheet = sheet;
    this.newest = sheet.root.dataset.newest;
    this.trouble = "";
    this.savedAt = null;
    this.place = new Intl.NumberFormat(document.documentElement.lang || "en", {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    setInterval(() => document.visibilityState === "visible" && !this.#sending && this.look(), LOOK);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.look();
      else if (!this.#stopped) this.now();
    });
    window.addEventListener("online", () => this.now());
  }

  get waiting() {
    return this.sheet.unsaved.filter((cell) => cell.state === "unsaved");
  }

  soon() {
    if (this.#stopped || this.#sending || this.#tries || !this.waiting.length) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), DEBOUNCE);
  }

  /** Save at once, also after it was given up; resolves when nothing more can be sent. */
  async now() {
    clearTimeout(this.#timer);
    this.#stopped = false;
    this.#tries = 0;
    while (this.#sending) await this.#sending;
    do await this.#send();
    while (this.waiting.length && !this.trouble);
  }

  async #send() {
    clearTimeout(this.#timer);
    const cells = this.waiting.slice(0, AT_ONCE);
    if (!cells.length || this.#sending) return;
    cells.forEach((cell) => cell.show("saving"));
    this.#sending = this.#exchange(cells);
    this.tell();
    await this.#sending;
  }

  async #exchange(cells) {
    try {
      const outcomes = await save(this.sheet.root.dataset.save, cells, this.sheet.reason);
      this.trouble = "";
      this.#tries = 0;
      this.savedAt = new Date();
      outcomes.forEach((outcome) => this.#settle(outcome));
    } catch (problem) {
      if (!(problem instanceof NotTaken)) throw problem;
      cells.forEach((cell) => cell.state === "saving" && cell.show("unsaved"));
      this.#later(problem);
    } finally {
      this.#sending = null;
    }
    if (!this.trouble) await this.look();
    this.sheet.changed();
  }

  #later(problem) {
    const { words } = this.sheet;
    if (problem.again) {
      const wait = RETRY[Math.min(this.#tries, RETRY.length - 1)];
      this.#tries += 1;
      this.trouble = words("offline");
      this.#timer = setTimeout(() => this.#send(), wait * 1000);
      return;
    }
    this.#stopped = true;
    this.trouble = problem.signedOut ? words("signedOut") : `${problem.message} ${words("stopped")}`;
  }

  /** One cell as the server answers it. What was typed while it was on its way is still unsaved. */
  #settle({ enrolment_id: row, component_id: part, status, error, mark_id: mark, text, by, at }) {
    const { sheet } = this;
    const cell = sheet.grid.byKey.get(`${row}-${part}`);
    if (status === "conflict") {
      cell.theirs = { text, mark: Number(mark ?? 0), by, at };
      sheet.judge(cell);
    } else if (status === "refused") {
      cell.error = error;
      cell.show("wrong");
    } else {
      Object.assign(cell, { saved: text, mark: Number(mark ?? 0) });
      this.#write(cell, text);
      sheet.judge(cell);
    }
  }

  /** Show a mark the way the server writes it, unless somebody is typing there. */
  #write(cell, text) {
    if (cell.read().text !== text) return;
    const typing = cell.typed !== cell.text;
    cell.text = text;
    if (!typing && cell.input.value !== text) cell.input.value = text;
  }

  // ---- what others did, and what it comes to

  async look() {
    const { root } = this.sheet;
    try {
      const found = await news(root.dataset.news, this.newest);
      this.newest = found.newest;
      found.cells.forEach((cell) => this.#hear(cell));
      found.rows.forEach((row) => this.#total(row));
      found.averages.forEach(({ component_id: key, average }) => this.#average(key, average));
      if (found.cells.length) this.#average("total", found.average_total);
      if (found.state === "locked" && !this.#stopped) {
        this.#stopped = true;
        this.trouble = this.sheet.words("lockedNow");
      }
      if (found.cells.length || this.#stopped) this.sheet.changed();
    } catch (problem) {
      if (!(problem instanceof NotTaken)) throw problem;
    }
  }

  #hear({ enrolment_id: row, component_id: part, mark_id: number, text, corrected, by, at }) {
    const { sheet } = this;
    const cell = sheet.grid.byKey.get(`${row}-${part}`);
    const mark = Number(number);
    if (!cell) return;
    cell.place.classList.toggle("fixed", corrected);
    if (mark <= cell.mark || cell.state === "saving") return;
    const untouched = !cell.state && cell.typed === cell.text;
    if (untouched || cell.read(cell.typed).text === text) {
      Object.assign(cell, { saved: text, mark, theirs: null });
      sheet.mean(cell, text);
      cell.place.dataset.fresh = "";
      cell.place.title = sheet.words("theirs", { by: by || sheet.words("someone"), text });
    } else {
      cell.theirs = { text, mark, by, at };
      if (cell.typed === cell.text) sheet.judge(cell);
    }
  }

  #total({ enrolment_id: id, total, percentage, letter, complete }) {
    const place = this.sheet.root.querySelector(`tr[data-row="${CSS.escape(id)}"] > .end`);
    if (!place) return;
    place.textContent = percentage === null ? "–" : this.place.format(total);
    place.classList.toggle("ink-3", !complete);
    const add = (className, text) => place.append(" ", Object.assign(document.createElement("span"), { className, textContent: text }));
    if (complete && letter) add("letter", letter);
    if (!complete) add("visually-hidden", this.sheet.words("soFar"));
  }

  #average(key, average) {
    const place = this.sheet.root.querySelector(`[data-average="${CSS.escape(key)}"]`);
    if (place) place.textContent = average === null ? "–" : this.place.format(average);
  }

  /** The line in the head of the page. */
  tell() {
    const { notices, unsaved, words } = this.sheet;
    const waiting = unsaved.length;
    if (this.#sending && !this.trouble) notices.say(words("saving", { count: waiting }), "going");
    else if (waiting) notices.say(words("unsaved", { count: waiting }), "warn");
    else if (this.savedAt) notices.say(words("saved", { time: notices.clock.format(this.savedAt) }), "done");
    else notices.say("");
  }
}
