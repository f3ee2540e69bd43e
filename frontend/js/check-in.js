import { filled } from "./words.js";

const PAUSE = 4000;
const AT_ONCE = 50;

/**
 * The door of an event: <div x-data="checkin" data-event data-address data-token>. What is read by camera or typed is
 * kept on the device first and sent then, again and again until it is taken; the same scan twice is no second one.
 */
export const checkin = () => ({
  init() {
    this.name = `quad-check-in-${this.$root.dataset.event}`;
    this.form = this.$root.querySelector("[data-scan-form]");
    this.results = this.$root.querySelector("[data-results]");
    this.unsent = this.$root.querySelector("[data-unsent]");
    this.video = this.$root.querySelector("[data-video]");
    this.sending = false;
    this.seen = "";
    this.form.addEventListener("submit", (event) => this.typed(event));
    window.addEventListener("online", () => this.send());
    this.timer = setInterval(() => this.send(), PAUSE);
    this.offerCamera();
    this.show();
    this.send();
    this.keepPage();
  },

  destroy() {
    clearInterval(this.timer);
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
  },

  word(name) {
    return this.$root.dataset[`word${name}`] ?? "";
  },

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "[]");
    } catch {
      return [];
    }
  },

  keep(scans) {
    localStorage.setItem(this.name, JSON.stringify(scans));
    this.show();
  },

  typed(event) {
    const field = this.form.querySelector("[name=code]");
    const code = field.value.trim();
    event.preventDefault();
    if (!code) return;
    field.value = "";
    field.focus();
    this.take(code);
  },

  take(code) {
    this.keep([...this.kept(), { code, key: mark(), at: new Date().toISOString() }]);
    this.send();
  },

  /** Sends what is kept, the oldest first; what was taken or refused for good is dropped, the rest stays. */
  async send() {
    const scans = this.kept().slice(0, AT_ONCE);
    if (!scans.length || this.sending) return;
    this.sending = true;
    try {
      const answer = await fetch(this.$root.dataset.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.$root.dataset.token },
        body: JSON.stringify({ scans }),
      });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) {
        this.drop(scans);
        told.data.forEach((one) => this.tell(one));
      } else if (answer.status === 401 || answer.status === 400) {
        this.say(this.word("SignedOut"));
      } else if (answer.status < 500 && answer.status !== 429) {
        this.drop(scans);
        this.tell({ outcome: "unknown", name: "", sentence: filled(this.word("Refused"), { reason: told.error }) });
      }
    } catch {
      // No connection: everything is still kept.
    } finally {
      this.sending = false;
      this.show();
    }
  },

  drop(scans) {
    const gone = new Set(scans.map((scan) => scan.key));
    this.keep(this.kept().filter((scan) => !gone.has(scan.key)));
  },

  show() {
    const count = this.kept().length;
    this.unsent.hidden = count === 0;
    this.say(count ? `${count}: ${this.word("Kept")}` : "");
  },

  say(text) {
    this.unsent.textContent = text;
    this.unsent.hidden = !text;
  },

  tell(one) {
    const row = document.createElement("li");
    const words = document.createElement("div");
    const name = document.createElement("strong");
    const said = document.createElement("p");
    words.className = "grow";
    name.className = "fw-medium";
    name.textContent = one.name || one.sentence;
    said.className = "small ink-2";
    said.textContent = one.name ? one.sentence : "";
    row.dataset.outcome = one.outcome;
    words.append(name, said);
    row.append(words);
    this.results.prepend(row);
    this.$root.querySelector("[data-nobody]")?.remove();
    navigator.vibrate?.(one.outcome === "done" ? 80 : [60, 60, 60]);
  },

  /** Lets the page be loaded again without a connection: a worker keeps a copy, and the files it is built of. */
  async keepPage() {
    const { keeper, copy } = this.$root.dataset;
    if (!("serviceWorker" in navigator) || !copy) return;
    try {
      const scope = window.location.pathname;
      const worker = await started(await navigator.serviceWorker.register(keeper, { scope }));
      navigator.serviceWorker.addEventListener("message", ({ data }) => {
        if (data.kept === scope) this.$root.dataset.kept = "";
      });
      const files = performance.getEntriesByType("resource").map((one) => one.name);
      const ours = files.filter((name) => name.startsWith(`${window.location.origin}/static/`));
      worker.postMessage({ page: scope, copy, files: [...new Set(ours)] });
    } catch {
      // A browser that keeps nothing: scans stay kept, and the page must stay open.
    }
  },

  offerCamera() {
    const button = this.$root.querySelector("[data-camera]");
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        this.video.hidden = false;
        button.hidden = true;
        await this.video.play();
        this.watch(new window.BarcodeDetector({ formats: ["qr_code"] }));
      } catch {
        this.say(this.word("Camera"));
      }
    });
  },

  /** Looks at the picture some times a second; one ticket held still is read once. */
  async watch(detector) {
    const found = await detector.detect(this.video).catch(() => []);
    const code = found[0]?.rawValue ?? "";
    if (code && code !== this.seen) this.take(code);
    if (code) this.seen = code;
    if (this.video.srcObject?.active) setTimeout(() => this.watch(detector), 250);
  },
});

/** Returns the worker of a registration once it can be spoken to. */
function started(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker.state === "activated") return worker;
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(worker);
      if (worker.state === "redundant") reject(new Error("replaced"));
    });
  });
}

function mark() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
