import { words } from "./words.js";

/**
 * Asks before something that is hard to take back: <button data-confirm="Sentence?" data-confirm-label="Delete">.
 * The attribute may stand on a submit button, a form or a link. Buttons with data-dialog open the <dialog> of that id.
 */
export function startConfirm() {
  const agreed = new WeakSet();

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      document.getElementById(opener.dataset.dialog)?.showModal();
      return;
    }
    const closer = event.target.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close("");
      return;
    }
    const asker = event.target.closest("a[data-confirm]");
    if (asker && !agreed.has(asker)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(asker, () => asker.click());
    }
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asker = event.submitter?.matches("[data-confirm]") ? event.submitter : form;
    if (!asker.dataset.confirm || agreed.has(asker)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    ask(asker, () => form.requestSubmit(submitter));
  }, true);

  function ask(asker, go) {
    const dialog = document.getElementById("confirm");
    dialog.querySelector("[data-question]").textContent = asker.dataset.confirm;
    const yes = dialog.querySelector("[data-yes]");
    yes.textContent = asker.dataset.confirmLabel || words("yes");
    yes.classList.toggle("btn-danger", "danger" in asker.dataset);
    yes.classList.toggle("btn-primary", !("danger" in asker.dataset));
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") return;
      agreed.add(asker);
      go();
      agreed.delete(asker);
    }, { once: true });
    dialog.showModal();
  }
}
