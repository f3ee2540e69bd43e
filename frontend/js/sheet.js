/** Marks sheets ([data-sheet]): loaded only on pages that have one. See js/sheet/sheet.js. */
export async function startSheet() {
  const roots = document.querySelectorAll("[data-sheet]");
  if (!roots.length) return;
  const { Sheet } = await import("./sheet/sheet.js");
  roots.forEach((root) => new Sheet(root));
}
