import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";

Chart.register(
  BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip,
);

const LINE = 9;
const FEW = 5;
const drawn = new Map();

/** Resolves light-dark() to the plain colour that a canvas understands. */
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--q-${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function palette() {
  return {
    series: ["series-1", "series-2", "series-3", "series-4"].map(colour),
    ink: colour("ink-3"),
    ink2: colour("ink-2"),
    line: colour("line"),
    surface: colour("surface"),
  };
}

/** "1,204", "−3", "84.5 %" and "–" as the table writes them. */
function number(text) {
  const plain = text.replace(/\u2212/g, "-").replace(/[^\d.-]/g, "");
  return /\d/.test(plain) ? Number.parseFloat(plain) : null;
}

function read(table, series) {
  return {
    heads: [...table.tHead.rows[0].cells].slice(1, series ? 1 + Number(series) : undefined).map((cell) => cell.textContent.trim()),
    rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  };
}

/** A long name stands on several lines, so that every bar keeps its name. */
function lines(name) {
  const found = [];
  for (const word of name.split(" ")) {
    const last = found.at(-1);
    if (last && `${last} ${word}`.length <= LINE) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}

function datasets({ heads, rows }, { chart, mark = "" }, { series, surface }) {
  const marked = mark.split("|").filter(Boolean);
  const mixed = chart === "bar+line";
  return heads.map((label, index) => {
    const type = mixed ? (index ? "line" : "bar") : chart;
    const tone = mixed ? (index ? series[(index - 1) % 3] : series[3]) : series[index % series.length];
    const fill = type === "bar" && marked.length
      ? rows.map(([name]) => (marked.includes(name) ? series[1] : tone))
      : tone;
    return {
      label,
      type,
      data: rows.map((row) => number(row[index + 1] ?? "")),
      borderColor: tone,
      backgroundColor: fill,
      borderWidth: type === "line" ? 2 : 0,
      borderRadius: 2,
      maxBarThickness: 34,
      categoryPercentage: 0.72,
      barPercentage: 0.92,
      pointRadius: rows.length > 14 ? 0 : 3,
      pointStyle: "rect",
      pointBackgroundColor: surface,
      pointBorderWidth: 1.5,
      pointHoverRadius: 5,
      tension: 0,
      order: type === "line" ? 0 : 1,
    };
  });
}

function options({ axis = "x", min, max }, several, count, { ink, ink2, line }) {
  const lying = axis === "y";
  const values = {
    min: min === undefined ? 0 : Number(min),
    max: max === undefined ? undefined : Number(max),
    border: { display: false },
    grid: { color: line },
    ticks: { color: ink, maxTicksLimit: 6, padding: 6 },
  };
  const names = {
    grid: { display: false },
    border: { color: line },
    ticks: { color: ink, maxRotation: 0, autoSkip: count > FEW, autoSkipPadding: 12 },
  };
  return {
    maintainAspectRatio: false,
    animation: false,
    indexAxis: axis,
    interaction: { mode: "index", intersect: false, axis },
    scales: lying ? { x: values, y: names } : { x: names, y: values },
    plugins: {
      legend: {
        display: several,
        align: "start",
        position: "top",
        labels: { color: ink2, boxWidth: 10, boxHeight: 10, usePointStyle: true, pointStyle: "rect", padding: 14 },
      },
    },
  };
}

function draw(figure, colours) {
  drawn.get(figure)?.destroy();
  const table = read(figure.querySelector("table"), figure.dataset.series);
  const lying = figure.dataset.axis === "y";
  const chart = new Chart(figure.querySelector("canvas"), {
    data: { labels: table.rows.map(([name]) => (lying ? name : lines(name))), datasets: datasets(table, figure.dataset, colours) },
    options: options(figure.dataset, table.heads.length > 1, table.rows.length, colours),
  });
  drawn.set(figure, chart);
}

/**
 * Draws every chart inside `within` from the table behind it:
 * <figure data-chart="line|bar|bar+line" data-min data-max data-axis="y" data-mark="row|row" data-series>.
 */
export function drawCharts(within) {
  for (const [figure, chart] of drawn) {
    if (!figure.isConnected) {
      chart.destroy();
      drawn.delete(figure);
    }
  }
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  const colours = palette();
  within.querySelectorAll("figure[data-chart]").forEach((figure) => draw(figure, colours));
}

document.fonts.ready.then(() => drawCharts(document));
document.addEventListener("quad:theme", () => drawCharts(document));
