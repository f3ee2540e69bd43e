/**
 * Registers ([data-register]): a tap on a name goes on to the next state; P, A, L and E set one and go on to the next
 * student; up and down move between students. Everything works with the radio buttons alone as well.
 */
const STATES = ["present", "absent", "late", "excused"];

export function startRegister() {
  document.querySelectorAll("[data-register]").forEach(start);
}

function start(form) {
  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-cycle]")?.closest(".q-reg-row");
    if (row) set(row, STATES[(STATES.indexOf(row.dataset.state) + 1) % STATES.length]);
  });
  form.addEventListener("change", ({ target }) => {
    const row = target.closest(".q-reg-row");
    if (row) show(form, row, target.value);
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest(".q-reg-row");
    if (row && !event.ctrlKey && !event.metaKey && !event.altKey) press(event, row);
  });
}

function press(event, row) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const state = letters(row)[event.key.toLowerCase()];
  if (!step && !state) return;
  event.preventDefault();
  if (state) set(row, state);
  const next = step === -1 ? row.previousElementSibling : row.nextElementSibling;
  const target = next ?? row;
  (target.querySelector("input:checked") ?? target.querySelector("input[type=radio]"))?.focus();
}

/** The keys are the letters on the buttons, so that they fit the reader's language. */
function letters(row) {
  const known = {};
  row.querySelectorAll("label[data-s]").forEach((label) => {
    known[label.firstElementChild.nextElementSibling.textContent.trim().toLowerCase()] = label.dataset.s;
  });
  return known;
}

function set(row, state) {
  const input = row.querySelector(`input[value="${state}"]`);
  if (!input || input.checked) return;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function show(form, row, state) {
  row.dataset.state = state;
  STATES.forEach((one) => {
    const count = form.querySelector(`[data-count="${one}"] b`);
    if (count) count.textContent = form.querySelectorAll(`.q-reg-row[data-state="${one}"]`).length;
  });
}
