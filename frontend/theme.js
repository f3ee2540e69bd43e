// Runs before the first paint: a dark page must not flash white, and pages must know that scripts run.
const root = document.documentElement;
let wanted = root.dataset.themeWanted;
try {
  // The switch in the bar holds for this browser; the account's wish for all others.
  wanted = localStorage.getItem("quad-theme") ?? wanted;
} catch {
  // A browser that refuses storage still gets the theme of its system.
}
const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
root.dataset.bsTheme = wanted === "dark" || wanted === "light" ? wanted : system;
root.classList.add("js");
