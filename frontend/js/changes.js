/** Forms with data-guard: the browser asks before what was typed is lost. */
export function startChanges() {
  const touched = new Set();
  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (form && "guard" in form.dataset) touched.add(form);
  });
  document.addEventListener("submit", ({ target }) => touched.delete(target));
  window.addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected)) event.preventDefault();
  });
}
