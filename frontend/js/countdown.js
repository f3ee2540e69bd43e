/** Counts down data-seconds, then opens what waits for it: <span x-data="countdown" data-seconds="24">. */
export const countdown = () => ({
  left: 0,

  init() {
    const end = Date.now() + 1000 * Number(this.$root.dataset.seconds || 0);
    const tick = () => {
      this.left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      if (this.left === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 500);
    tick();
  },

  get clock() {
    return `${Math.floor(this.left / 60)}:${String(this.left % 60).padStart(2, "0")}`;
  },

  get waiting() {
    return this.left > 0;
  },

  get over() {
    return this.left === 0;
  },
});
