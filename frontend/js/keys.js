/** Ctrl K (⌘ K) goes to the search of the page; arrows walk the suggestions; Escape goes back to where one was. */
export function startKeys() {
  let before = null;
  const field = () => document.querySelector("[data-key='ctrl+k']");

  function open(event, find) {
    event.preventDefault();
    before = document.activeElement;
    find.focus();
    find.select();
  }

  function leave(find) {
    find.form?.querySelector(".q-suggestions")?.replaceChildren();
    if (before?.isConnected) before.focus();
    else find.blur();
    before = null;
  }

  function walk(event, find) {
    const links = [...find.form.querySelectorAll(".q-suggestions a")];
    if (!links.length) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (at < 0 ? find : links[Math.min(at, links.length - 1)]).focus();
  }

  document.addEventListener("keydown", (event) => {
    const find = field();
    if (!find) return;
    const inside = find.form?.contains(document.activeElement);
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      open(event, find);
    } else if (inside && event.key === "Escape") {
      leave(find);
    } else if (inside && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      walk(event, find);
    }
  });
}
