/** A password field whose letters can be shown: <span x-data="reveal">. Hides them again before sending. */
export const reveal = () => ({
  shown: false,

  init() {
    this.$root.querySelector("input").form?.addEventListener("submit", () => this.set(false));
  },

  toggle() {
    this.set(!this.shown);
    this.$root.querySelector("input").focus();
  },

  set(shown) {
    this.shown = shown;
    this.$root.querySelector("input").type = shown ? "text" : "password";
    const button = this.$root.querySelector("button");
    button.setAttribute("aria-pressed", String(shown));
  },

  get hidden() {
    return !this.shown;
  },
});
