import { toast } from "./toasts.js";
import { words } from "./words.js";

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source ? (source.value ?? source.textContent).trim() : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: words("copied") });
  } catch {
    // No clipboard outside https: mark the text, so that Ctrl C takes it.
    if (source) getSelection().selectAllChildren(source);
    toast({ kind: "note", text: words("copyByHand") });
  }
}

/** Small things of every page: copy buttons, folded details on phones, logs that start at their end, error summaries. */
export function startPage() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    if (event.target.closest("[data-print]")) print();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
  });
  // A second click while the first is on its way must not send the form twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
  if (matchMedia("(max-width: 991.98px)").matches) {
    document.querySelectorAll("details[data-fold]").forEach((details) => {
      details.open = false;
    });
  }
  document.querySelectorAll("[data-scroll-end]").forEach((node) => {
    node.scrollTop = node.scrollHeight;
  });
  document.querySelector("[data-error-summary]")?.focus();
}
