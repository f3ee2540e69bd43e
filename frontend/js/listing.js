/** List pages: after a sort, a page or a filter came by htmx, the keyboard must not be thrown to the top. */
export function startListings() {
  let within = false;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    within = Boolean(detail.elt.closest("[data-listing]"));
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!within) return;
    within = false;
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost) document.querySelector("[data-listing] .q-scroll")?.focus({ preventScroll: true });
  });
  // Without htmx the form is sent as it stands: leave out what is empty, the address stays readable.
  document.addEventListener("submit", ({ target }) => {
    if (!target.matches("form[data-filters]")) return;
    for (const field of target.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => {
      for (const field of target.elements) field.disabled = false;
    });
  });
}
