/** Buttons with data-theme-toggle switch between light and dark; the choice stays in this browser. */
export function startThemeToggle() {
  const root = document.documentElement;
  const show = (theme) => {
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("quad:theme"));
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("quad-theme", theme);
    } catch {
      // Without storage the choice holds for this page.
    }
    show(theme);
  });
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key === "quad-theme" && newValue) show(newValue);
  });
}
