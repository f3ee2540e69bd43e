/** A file field that also takes dropped files and names what was chosen: <div x-data="dropfield">. */
export const dropfield = () => ({
  over: false,
  chosen: "",

  get state() {
    return this.over ? "is-over" : "";
  },

  look() {
    const files = [...this.$root.querySelector("input[type=file]").files];
    this.chosen = files.map(({ name, size }) => `${name} (${readable(size)})`).join(", ");
  },

  enter(event) {
    event.preventDefault();
    this.over = true;
  },

  leave() {
    this.over = false;
  },

  drop(event) {
    event.preventDefault();
    this.over = false;
    const input = this.$root.querySelector("input[type=file]");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  },
});

function readable(size) {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return `${(size / 1000 ** step).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${units[step]}`;
}
