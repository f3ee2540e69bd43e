import { toast } from "./toasts.js";
import { words } from "./words.js";

const TYPING_EVERY = 3000;
const TYPING_SHOWN = 5000;
const NEAR_THE_END = 120;
// Who is here is noted every two minutes; asking more often would learn nothing.
const LOOK_EVERY = 120_000;

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function post(url, values = {}) {
  const body = new FormData();
  Object.entries(values).forEach(([name, value]) => body.append(name, value));
  // What cannot be told now is told with the next message or page.
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token() } }).catch(() => null);
}

/** One open conversation. Whatever happened, it asks for what is new or different; each message has one place. */
class Conversation {
  constructor(page) {
    this.page = page;
    this.log = page.querySelector(".q-log");
    this.asking = false;
    this.again = false;
    this.readUntil = 0;
    this.typedAt = 0;
    this.days();
    this.read();
  }

  get id() {
    return this.page.dataset.conversation;
  }

  says() {
    return [...this.log.querySelectorAll("[data-say]")];
  }

  last() {
    return Math.max(0, ...this.says().map(({ dataset }) => Number(dataset.say)));
  }

  /** One question at a time; what happens meanwhile is asked for afterwards. */
  async refresh() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      await this.ask();
    } finally {
      this.asking = false;
    }
    if (this.again) {
      this.again = false;
      this.refresh();
    }
  }

  async ask() {
    const { news, since } = this.page.dataset;
    const query = new URLSearchParams({ after: this.last(), since });
    const answer = await fetch(`${news}?${query}`).catch(() => null);
    if (!answer) return;
    if (answer.status === 404 || answer.redirected) window.location.reload();
    if (!answer.ok) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-news-part]");
    if (!part) return;
    if (part.dataset.reload || part.dataset.state !== this.page.dataset.state) {
      window.location.reload();
      return;
    }
    this.page.dataset.since = part.dataset.since;
    this.page.querySelector("[data-here]").replaceWith(part.querySelector("[data-here]"));
    this.put([...part.querySelectorAll("[data-say]")]);
  }

  put(nodes) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
    const end = this.log.querySelector("[data-typing]");
    for (const node of nodes) {
      const there = document.getElementById(node.id);
      if (there) there.replaceWith(node);
      else this.log.insertBefore(node, this.after(Number(node.dataset.say)) ?? end);
    }
    this.days();
    if (nodes.length && atEnd) this.log.scrollTop = this.log.scrollHeight;
    this.read();
  }

  after(number) {
    return this.says().find(({ dataset }) => Number(dataset.say) > number);
  }

  /** The day stands above its first message. */
  days() {
    let before = "";
    for (const say of this.says()) {
      const label = say.querySelector(".day");
      if (label) label.hidden = say.dataset.day === before;
      before = say.dataset.day;
    }
  }

  /** What a reader has before the eyes is read. */
  read() {
    if (document.visibilityState !== "visible" || this.page.dataset.newer) return;
    const theirs = this.says().filter((say) => !say.classList.contains("mine"));
    const until = Math.max(0, ...theirs.map(({ dataset }) => Number(dataset.say)));
    if (until <= this.readUntil) return;
    this.readUntil = until;
    post(this.page.dataset.read, { until });
  }

  typing() {
    if (!this.page.dataset.typing || Date.now() - this.typedAt < TYPING_EVERY) return;
    this.typedAt = Date.now();
    post(this.page.dataset.typing);
  }

  showTyping(who) {
    const line = this.log.querySelector("[data-typing]");
    if (!line) return;
    line.textContent = words("typing", { who });
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => (line.textContent = ""), TYPING_SHOWN);
  }

  hush() {
    clearTimeout(this.quiet);
    const line = this.log.querySelector("[data-typing]");
    if (line) line.textContent = "";
  }
}

/** Messages: the open conversation moves by itself; elsewhere a line tells that somebody wrote. */
export function startMessages() {
  const page = document.querySelector("[data-conversation]");
  const open = page ? new Conversation(page) : null;

  document.addEventListener("live:messages", ({ detail }) => {
    const here = open && detail.conversation === open.id;
    if (here) {
      if (detail.new) open.hush();
      open.refresh();
    } else if (detail.new && detail.who && detail.here) {
      toast({ kind: "note", text: words("wrote", { who: detail.who }), href: `/messages/${detail.conversation}` });
    }
    if (detail.new && detail.first) post("/messages/delivered");
  });
  document.addEventListener("live:typing", ({ detail }) => {
    if (open && detail.conversation === open.id) open.showTyping(detail.who);
  });
  if (!open) return;
  document.addEventListener("live:reset", () => open.refresh());
  document.addEventListener("message-sent", () => {
    open.log.scrollTop = open.log.scrollHeight;
    open.refresh();
  });
  document.addEventListener("visibilitychange", () => open.read());
  setInterval(() => document.visibilityState === "visible" && open.refresh(), LOOK_EVERY);
  window.addEventListener("online", () => open.refresh());
  page.addEventListener("input", ({ target }) => target.matches("textarea") && open.typing());
  page.addEventListener("change", ({ target }) => {
    if (!target.matches("input[type=file]")) return;
    const names = [...target.files].map(({ name }) => name).join(", ");
    page.querySelector("[data-chosen]").textContent = names;
  });
  // Where there is a keyboard Enter sends; with Shift it begins a line.
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.target.matches("[data-enter-sends]") || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
}
