const sheetOf = (node) => node.closest?.("[data-sheet]");

/** The nearest cell with an input in the direction asked for, skipping locked cells. */
function neighbour(cell, rows, columns) {
  let row = cell.parentElement;
  let at = [...row.cells].indexOf(cell);
  for (;;) {
    if (rows) row = rows > 0 ? row.nextElementSibling : row.previousElementSibling;
    at += columns;
    const found = row?.cells[at];
    if (!found) return null;
    const input = found.querySelector("input");
    if (input && !input.readOnly && !input.disabled) return input;
  }
}

function move(event) {
  const input = event.target;
  const cell = input.closest("td");
  const { selectionStart: from, selectionEnd: to, value } = input;
  const atStart = from === 0;
  const atEnd = to === value.length;
  const steps = {
    ArrowDown: () => neighbour(cell, 1, 0),
    ArrowUp: () => neighbour(cell, -1, 0),
    Enter: () => neighbour(cell, event.shiftKey ? -1 : 1, 0),
    ArrowRight: () => atEnd && neighbour(cell, 0, 1),
    ArrowLeft: () => atStart && neighbour(cell, 0, -1),
  };
  const next = steps[event.key]?.();
  // Enter in a cell must move, never send the form.
  if (event.key === "Enter" || next) event.preventDefault();
  if (next) {
    next.focus();
    next.select();
  }
}

/** A mark is empty, the word for absent, or a number from 0 to the maximum. */
function check(input) {
  const text = input.value.trim();
  const value = Number(text.replace(",", "."));
  const absent = text.toUpperCase() === (input.dataset.absent ?? "AB");
  const good = text === "" || absent || (value >= 0 && value <= Number(input.dataset.max));
  if (good) input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
}

/** Lines copied from a spreadsheet fill the cells below and to the right. */
function paste(event) {
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  let start = event.target;
  for (const line of text.split(/\r?\n/)) {
    let input = start;
    for (const value of line.split("\t")) {
      if (!input) break;
      input.value = value.trim();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input = neighbour(input.closest("td"), 0, 1);
    }
    start = neighbour(start.closest("td"), 1, 0);
    if (!start) break;
  }
}

/** Marks sheets ([data-sheet]): arrows and Enter move, columns can be pasted, what is out of range shows at once. */
export function startSheet() {
  const on = (kind, act) =>
    document.addEventListener(kind, (event) => {
      if (event.target.tagName === "INPUT" && sheetOf(event.target)) act(event);
    });
  on("keydown", move);
  on("focusin", (event) => event.target.select());
  on("input", (event) => check(event.target));
  on("paste", paste);
}
