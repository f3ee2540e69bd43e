const PAUSE = 150;

/**
 * Skills chosen by typing: <div x-data="skillpicker" data-suggest="address of the offers">. The text area that stands
 * there without scripts keeps the names, one on each line; `data-one` keeps one name only.
 */
export const skillpicker = () => ({
  init() {
    const root = this.$root;
    this.text = root.querySelector("textarea");
    this.input = root.querySelector("[role=combobox]");
    this.chosen = root.querySelector(".q-picker-chosen");
    this.offers = root.querySelector("[role=listbox]");
    this.told = root.querySelector("output");
    this.names = [];
    this.takeOver();
    for (const name of this.text.value.split("\n")) this.add(name);
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE));
    this.offers.addEventListener("mousedown", (event) => event.preventDefault());
    this.offers.addEventListener("click", (event) => this.pick(event.target.closest("[role=option]")));
    this.text.form?.addEventListener("submit", () => this.addTyped());
  },

  /** The label, the hint and the error belong to the combobox from now on. */
  takeOver() {
    const { id } = this.text;
    this.text.removeAttribute("id");
    this.text.hidden = true;
    this.input.id = id;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.text.hasAttribute(name)) this.input.setAttribute(name, this.text.getAttribute(name));
    }
  },

  add(given) {
    const name = given.trim();
    if (!name || this.names.some((other) => other.toLowerCase() === name.toLowerCase())) return;
    if ("one" in this.$root.dataset) this.names.length = 0;
    this.names.push(name);
    this.draw();
  },

  addTyped() {
    this.add(this.input.value);
    this.input.value = "";
  },

  remove(name) {
    this.names = this.names.filter((other) => other !== name);
    this.draw();
    this.input.focus();
  },

  draw() {
    this.text.value = this.names.join("\n");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.chosen.replaceChildren(
      ...this.names.map((name) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        item.className = "q-picker-chip";
        item.textContent = name;
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", this.$root.dataset.remove.replace("{name}", name));
        button.addEventListener("click", () => this.remove(name));
        item.append(button);
        return item;
      }),
    );
  },

  ask() {
    clearTimeout(this.timer);
    const typed = this.input.value.trim();
    if (!typed) return this.close();
    this.timer = setTimeout(() => this.load(typed), PAUSE);
  },

  async load(typed) {
    const { suggest, found, none } = this.$root.dataset;
    let html = "";
    try {
      const answer = await fetch(`${suggest}&q=${encodeURIComponent(typed)}`);
      if (!answer.ok) return this.close();
      html = await answer.text();
    } catch {
      return this.close();
    }
    if (typed !== this.input.value.trim()) return;
    this.offers.innerHTML = html;
    const options = this.options();
    options.forEach((option, place) => (option.id = `${this.offers.id}-${place}`));
    this.told.textContent = options.length ? found.replace("{n}", options.length) : none;
    this.show(options.length > 0);
  },

  options() {
    return [...this.offers.querySelectorAll("[role=option]")];
  },

  show(open) {
    this.offers.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  },

  close() {
    clearTimeout(this.timer);
    this.show(false);
    this.offers.replaceChildren();
  },

  current() {
    return this.offers.querySelector("[aria-selected=true]");
  },

  move(by) {
    const options = this.options();
    if (!options.length) return;
    const place = options.indexOf(this.current());
    const next = options[(place + by + options.length + (place < 0 && by < 0 ? 1 : 0)) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    this.input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  },

  pick(option) {
    if (!option) return;
    this.add(option.dataset.name);
    this.input.value = "";
    this.close();
  },

  press(event) {
    const typed = this.input.value.trim();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && typed) {
      event.preventDefault();
      if (this.current()) this.pick(this.current());
      else this.addTyped();
      this.close();
    } else if (event.key === "Escape" && !this.offers.hidden) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && !this.input.value && this.names.length) {
      this.remove(this.names.at(-1));
    }
  },
});
