import { words } from "./words.js";

const LASTS = 8000;

function leave(node) {
  node.remove();
}

/** Good news goes by itself unless someone is reading it; what went wrong stays until it is closed. */
function age(node) {
  if (node.dataset.kind === "bad" || node.dataset.kind === "warn") return;
  let timer = setTimeout(() => leave(node), LASTS);
  const hold = () => clearTimeout(timer);
  const go = () => {
    hold();
    timer = setTimeout(() => leave(node), LASTS / 2);
  };
  node.addEventListener("pointerenter", hold);
  node.addEventListener("focusin", hold);
  node.addEventListener("pointerleave", go);
  node.addEventListener("focusout", go);
}

/**
 * Shows a message at the edge of the page.
 * @param {{text: string, kind?: "done" | "note" | "warn" | "bad", href?: string, link?: string}} message
 */
export function toast({ text, kind = "done", href = "", link = "" }) {
  const region = document.getElementById("toasts");
  const form = document.getElementById(`toast-${kind}`) ?? document.getElementById("toast-note");
  if (!region || !form || !text) return;
  const node = form.content.firstElementChild.cloneNode(true);
  node.querySelector("[data-text]").textContent = text;
  const anchor = node.querySelector("a");
  if (href && href.startsWith("/") && !href.startsWith("//")) {
    anchor.href = href;
    anchor.textContent = link || words("open");
  } else {
    anchor.remove();
  }
  region.append(node);
  age(node);
}

/** Takes over the messages the server sent with the page, and listens for `toast` events of htmx and of others. */
export function startToasts() {
  document.querySelectorAll("#toasts > .q-toast").forEach(age);
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-toast-close]");
    if (close) leave(close.closest(".q-toast"));
  });
  document.addEventListener("toast", ({ detail }) => toast(typeof detail.value === "string" ? { text: detail.value } : detail));
}
