/**
 * Reviewing by key ([data-review]): J and K go to the next and the previous one, A approves, R goes to the remark and,
 * when there is one, rejects. Keys do nothing while something is typed, nor with Ctrl, Alt or ⌘; in the remark, Ctrl
 * and Enter rejects, and Escape leaves it.
 */
export function startReview() {
  document.addEventListener("keydown", (event) => {
    const queue = document.querySelector("[data-review]");
    if (queue && event.target.closest?.("[data-review-reject]")) return inRemark(queue, event);
    if (!queue || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const target = queue.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    const remark = target.dataset.key === "r" ? queue.querySelector("[data-review-reject] textarea") : null;
    if (remark && !remark.value.trim()) remark.focus();
    else target.click();
  });
}

function inRemark(queue, event) {
  if (event.key === "Escape") event.target.blur();
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  queue.querySelector('[data-key="r"]').click();
}

function typing(node) {
  return node.closest?.("input, textarea, select, [contenteditable]") !== null;
}
