import { words } from "./words.js";

/**
 * The rows picked on a list page: <section x-data="selection">. Counts them, offers the whole page and everything
 * that matches, and shows only the actions that are allowed for every picked row.
 */
export const selection = () => ({
  count: 0,
  everything: false,
  total: 0,
  said: "",

  init() {
    this.total = this.$root.dataset.total ?? "";
    this.look();
  },

  boxes() {
    return [...this.$root.querySelectorAll("[data-pick]")];
  },

  look() {
    const boxes = this.boxes();
    const picked = boxes.filter((box) => box.checked);
    if (picked.length < boxes.length) this.everything = false;
    this.count = picked.length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("picked", box.checked));
    const all = this.$root.querySelector("[data-pick-all]");
    if (all) {
      all.checked = boxes.length > 0 && picked.length === boxes.length;
      all.indeterminate = picked.length > 0 && picked.length < boxes.length;
    }
    const flag = this.$root.querySelector("[data-everything]");
    if (flag) flag.value = this.everything ? "1" : "";
    this.said = this.everything
      ? words("selectedAll", { total: this.total })
      : words("selected", { count: this.count });
    this.$root.querySelectorAll("[data-bulk]").forEach((button) => {
      const may = new Set((button.dataset.ids ?? "").split(" "));
      button.disabled = picked.some((box) => !may.has(box.value));
    });
  },

  get none() {
    return this.count === 0;
  },

  get mayTakeAll() {
    const boxes = this.boxes();
    return !this.everything && this.count > 0 && this.count === boxes.length && this.$root.dataset.more === "1";
  },

  page(event) {
    this.boxes().forEach((box) => {
      box.checked = event.target.checked;
    });
    this.look();
  },

  all() {
    this.everything = true;
    this.look();
  },

  clear() {
    this.everything = false;
    this.boxes().forEach((box) => {
      box.checked = false;
    });
    this.look();
    this.$root.querySelector("[data-pick-all]")?.focus();
  },
});
