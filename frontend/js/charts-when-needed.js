/** Loads the chart library only on pages that show a chart, and again looks after every swap. */
export function startCharts() {
  const draw = async (within) => {
    if (!within.querySelector("figure[data-chart]")) return;
    const { drawCharts } = await import("./charts.js");
    drawCharts(within);
  };
  draw(document);
  document.addEventListener("htmx:load", (event) => draw(event.detail.elt.parentElement ?? document));
}
