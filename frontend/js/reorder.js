import { toast } from "./toasts.js";

/**
 * Materials and their sections, and those of pages ([data-reorder]) are dragged by their grips; the buttons beside them
 * do the same by keys. data-name is the field that takes the order; where the thing has a data-version, the answer says
 * the new one, and every form of the page goes on with it.
 */
export function startReorder() {
  let held = null;

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.(".q-grip");
    if (!grip) return;
    held = grip.closest("[data-material]") ?? grip.closest("[data-section]");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(held, 16, 16);
    held.classList.add("is-held");
  });

  document.addEventListener("dragover", (event) => {
    if (!held) return;
    const place = held.matches("[data-material]") ? materialPlace(event) : sectionPlace(event, held);
    if (!place) return;
    event.preventDefault();
    place();
  });

  document.addEventListener("drop", (event) => {
    if (held) event.preventDefault();
  });

  document.addEventListener("dragend", () => {
    if (!held) return;
    held.classList.remove("is-held");
    keep(held);
    held = null;
  });

  /** Before or behind the material below the pointer, or at the end of the section below it. */
  function materialPlace(event) {
    const over = event.target.closest?.("[data-reorder] [data-material]");
    if (over === held) return () => {};
    if (over) {
      const box = over.getBoundingClientRect();
      return () => over[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
    }
    const list = event.target.closest?.("[data-reorder] [data-section]")?.querySelector("[data-list]");
    return list && !list.contains(held) ? () => list.append(held) : list ? () => {} : null;
  }
}

function sectionPlace(event, held) {
  const over = event.target.closest?.("[data-reorder] [data-section]");
  if (!over?.dataset.section) return null;
  if (over === held) return () => {};
  const box = over.getBoundingClientRect();
  return () => over[event.clientY < box.top + box.height / 2 ? "before" : "after"](held);
}

async function keep(held) {
  const box = held.closest("[data-reorder]");
  const body = new URLSearchParams();
  if (box.dataset.offering) body.append("offering_id", box.dataset.offering);
  if (held.matches("[data-material]")) {
    const section = held.closest("[data-section]");
    section.querySelector(".q-nothing")?.remove();
    if (section.dataset.section) body.append("section_id", section.dataset.section);
    section.querySelectorAll("[data-material]").forEach((row) => body.append("material_ids", row.dataset.material));
  } else {
    box.querySelectorAll("[data-section]").forEach((one) => {
      if (one.dataset.section) body.append(box.dataset.name ?? "section_ids", one.dataset.section);
    });
  }
  if (box.dataset.version) body.append("version", box.dataset.version);
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "X-CSRFToken": token, "X-Requested-With": "fetch" };
  const answer = await fetch(box.dataset.reorder, { method: "POST", headers, body }).catch(() => null);
  if (!answer?.ok) toast({ kind: "bad", text: box.dataset.failed });
  const version = answer?.headers.get("X-Version");
  if (!version) return;
  box.dataset.version = version;
  document.querySelectorAll('input[name="version"]').forEach((field) => {
    field.value = version;
  });
}
