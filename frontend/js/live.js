import { toast } from "./toasts.js";

const FRESH = 60_000;
const KINDS = ["badges", "leaderboards", "messages", "notification", "notifications-read", "reset", "toast", "typing"];

/** Counts in the page: every element with data-badge="<name>" shows it, and hides when there is nothing. */
function count(badges) {
  for (const [name, value] of Object.entries(badges)) {
    document.querySelectorAll(`[data-badge="${CSS.escape(name)}"]`).forEach((node) => {
      node.dataset.value = value;
      node.textContent = value > 99 ? "99+" : String(value);
      node.hidden = !value;
    });
    document.querySelectorAll(`[data-badge-label="${CSS.escape(name)}"]`).forEach((node) => {
      const { labelSome, labelNone } = node.dataset;
      node.setAttribute("aria-label", value ? labelSome.replace("{count}", value) : labelNone);
    });
  }
}

function shown(name) {
  return Number(document.querySelector(`[data-badge="${CSS.escape(name)}"]`)?.dataset.value ?? 0);
}

/** Some were read elsewhere, or too much was missed to be told one by one: take the numbers of the page as it is now. */
async function countAgain() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  page.querySelectorAll("[data-badge]").forEach(({ dataset }) => count({ [dataset.badge]: Number(dataset.value) }));
}

function show({ kind, data, first }) {
  // One toast is enough: the tab that holds the stream, or the one in front of the reader, shows it.
  const here = document.visibilityState === "visible" && (document.hasFocus() || first);
  if (kind === "notification") {
    count({ notifications: shown("notifications") + 1 });
    if (here) toast({ kind: "note", text: data.text, href: data.url });
  }
  if (kind === "badges") count(data);
  if (kind === "reset" || kind === "notifications-read") countAgain();
  if (kind === "toast" && here) toast(data);
  document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: { ...data, first, here } }));
}

/**
 * Live news. A browser keeps one stream for all its tabs: the tab that gets the lock reads /live and tells the
 * others; when it closes, the next one takes over behind the last message read.
 */
export function startLive() {
  const { live, liveKey } = document.body.dataset;
  if (!live || !window.EventSource) return;
  const name = `quad-live-${liveKey}`;
  const others = window.BroadcastChannel ? new BroadcastChannel(name) : null;
  others?.addEventListener("message", ({ data }) => show({ ...data, first: false }));

  // Where the last stream of this browser ended. An old place would bring old news: the page shows those itself.
  const last = () => {
    try {
      const { id, at } = JSON.parse(localStorage.getItem(name));
      return Date.now() - at < FRESH ? id : null;
    } catch {
      return null;
    }
  };
  let lastRead = "";
  const remember = () => {
    try {
      if (lastRead) localStorage.setItem(name, JSON.stringify({ id: lastRead, at: Date.now() }));
    } catch {
      // Without storage a new tab starts at now; the page itself shows what was missed.
    }
  };

  function read() {
    const after = last();
    const source = new EventSource(after ? `${live}?after=${encodeURIComponent(after)}` : live);
    KINDS.forEach((kind) =>
      source.addEventListener(kind, ({ data, lastEventId }) => {
        lastRead = lastEventId;
        remember();
        const news = { kind, data: JSON.parse(data) };
        show({ ...news, first: true });
        others?.postMessage(news);
      }),
    );
    return source;
  }

  if (!navigator.locks) {
    read();
    return;
  }
  navigator.locks.request(name, () => new Promise((release) => {
    const source = read();
    window.addEventListener("pagehide", () => {
      remember();
      source.close();
      release();
    }, { once: true });
  }));
  // A page taken back from the browser's memory has lost its place in the queue.
  window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
}
