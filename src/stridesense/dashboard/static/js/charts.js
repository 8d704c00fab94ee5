// The last ten minutes of both feet; cues and marks as vertical lines.

import { el, say } from "./dom.js";
import { FEET } from "./words.js";

/** How far back is shown: ten minutes, and less as long as there is less to show. */
const WINDOWS_S = [120, 300, 600];
const TICKS_S = { 120: 30, 300: 60, 600: 120 };
const STEPS = 150;
const LABEL_LENGTH = 24;

const CHARTS = [
  { name: "cadence", title: "Cadence", unit: "steps/min", of: (column, at) => column.cadence_spm[at], least: 12 },
  { name: "contact", title: "Contact", unit: "ms", of: (column, at) => 1000 * (column.contact_time_s[at] ?? NaN), least: 40 },
  { name: "heel", title: "Heel stays up", unit: "mm", of: (column, at) => column.heel_height_mm[at], least: 20, from: 0 },
  { name: "push", title: "Pull for each push", unit: "ratio", of: (column, at) => column.pull_rate_dps[at] / column.push_off_rate_dps[at], least: 0.4 },
];

function window_s(records, end_s) {
  const known_s = end_s - Math.min(...records.map((record) => record.t.find((t) => t > end_s - WINDOWS_S.at(-1)) ?? end_s));
  return WINDOWS_S.find((length_s) => known_s <= length_s) ?? WINDOWS_S.at(-1);
}

/** Means over equal steps of one axis of time for both feet; a step without a stride is null, a gap. */
function binned(records, of, end_s, length_s) {
  const step_s = Math.max(1, length_s / STEPS);
  const steps = Math.round(length_s / step_s);
  const first = Math.floor(end_s / step_s) - steps + 1;
  const x = Array.from({ length: steps }, (_, at) => (first + at + 0.5) * step_s - end_s);
  const series = records.map((record) => {
    const sums = new Float64Array(steps);
    const counts = new Uint16Array(steps);
    record.t.forEach((t, at) => {
      const step = Math.floor(t / step_s) - first;
      const value = step >= 0 && step < steps && t <= end_s + step_s ? of(record.columns, at) : null;
      if (Number.isFinite(value)) {
        sums[step] += value;
        counts[step] += 1;
      }
    });
    return Array.from(sums, (sum, step) => (counts[step] ? sum / counts[step] : null));
  });
  return [x, ...series];
}

export class Charts {
  constructor() {
    this.charts = CHARTS.map((about, at) => new Chart(about, at === 0, at === CHARTS.length - 1));
    this.node = el(
      "section", { class: "panel charts", "aria-labelledby": "charts-title" },
      el("h2", { id: "charts-title" }, "Last ten minutes",
        el("small", { class: "legend" }, el("span", { class: "key left" }), "left", el("span", { class: "key right" }), "right", el("span", { class: "key event" }), "cue or mark")),
      ...this.charts.map((chart) => chart.node),
    );
    this.observer = new ResizeObserver(() => this.charts.forEach((chart) => chart.fit()));
    this.observer.observe(this.node);
  }

  draw(runner) {
    const records = FEET.map((foot) => runner.sides[foot]);
    const end_s = Math.max(...records.map((record) => record.t.at(-1) ?? -Infinity));
    if (!Number.isFinite(end_s)) return;
    const events = [...runner.cues, ...runner.marks.map((set) => ({ ...set, text: set.text || "mark" }))]
      .map(({ t, text }) => ({ x: t - end_s, text }));
    const length_s = window_s(records, end_s);
    for (const chart of this.charts) chart.draw(records, end_s, length_s, events);
  }

  /** The colours have changed: canvases do not follow a style sheet by themselves. */
  repaint() {
    this.charts.forEach((chart) => chart.rebuild());
  }

  close() {
    this.observer.disconnect();
    this.charts.forEach((chart) => chart.plot?.destroy());
  }
}

function ticks(length_s) {
  const step_s = TICKS_S[length_s];
  return Array.from({ length: length_s / step_s }, (_, at) => -length_s + (at + 1) * step_s);
}

function ago(x_s) {
  return x_s === 0 ? "now" : x_s % 60 ? `${x_s} s` : `${x_s / 60} min`;
}

class Chart {
  /** The first chart names the cues, the last one the moments: all share one axis of time. */
  constructor(about, isFirst, isLast) {
    Object.assign(this, { about, isFirst, isLast });
    this.events = [];
    this.data = null;
    this.box = el("div", { class: "plot", "aria-hidden": "true" });
    this.now = el("figcaption", {}, el("span", { class: "chart-title" }, about.title), el("span", { class: "chart-unit" }, about.unit));
    this.told = el("p", { class: "unseen" });
    this.node = el("figure", { class: "chart", "data-chart": about.name }, this.now, this.box, this.told);
  }

  draw(records, end_s, length_s, events) {
    this.data = binned(records, this.about.of, end_s, length_s);
    this.length_s = length_s;
    this.events = events;
    if (this.plot) this.plot.setData(this.data);
    else this.rebuild();
    say(this.told, this.summary());
  }

  summary() {
    const ends = FEET.map((foot, at) => [foot, this.data[at + 1].filter((value) => value !== null)])
      .filter(([, values]) => values.length)
      .map(([foot, values]) => `${foot} from ${values[0].toFixed(1)} to ${values.at(-1).toFixed(1)}`);
    return `${this.about.title} in ${this.about.unit}: ${ends.join(", ") || "nothing yet"}`;
  }

  fit() {
    if (this.plot && this.box.clientWidth) this.plot.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
  }

  rebuild() {
    if (!this.data || !this.box.clientWidth) return;
    this.plot?.destroy();
    this.plot = new window.uPlot(this.options(), this.data, this.box);
  }

  /** A colour of the style sheet as it is now, in dark or light: a canvas does not know `light-dark()`. */
  colour(name) {
    this.box.style.color = `var(${name})`;
    return getComputedStyle(this.box).color;
  }

  options() {
    const colour = (name) => this.colour(name);
    const font = "13px Atkinson, sans-serif";
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const series = { spanGaps: false, points: { show: false }, width: 2.5 };
    return {
      width: this.box.clientWidth,
      height: this.box.clientHeight,
      padding: [this.isFirst ? 16 : 6, 18, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false, range: () => [-this.length_s, 0] }, y: { range: (_, low, high) => this.range(low, high) } },
      axes: [
        { ...axis, size: this.isLast ? 22 : 5, gap: 2, splits: () => ticks(this.length_s), values: (_, at) => at.map((x_s) => (this.isLast ? ago(x_s) : "")) },
        { ...axis, size: 44, gap: 4, space: 24 },
      ],
      series: [{}, { ...series, stroke: colour("--left") }, { ...series, stroke: colour("--right"), dash: [7, 4] }],
      hooks: { draw: [(plot) => this.drawEvents(plot, colour("--event"), colour("--text"), font)] },
    };
  }

  /** Room for at least so much, so that noise does not look like change. */
  range(low, high) {
    if (low == null || high == null) return [0, this.about.least];
    const half = Math.max(this.about.least, (high - low) * 1.15) / 2;
    const middle = (low + high) / 2;
    return this.about.from === undefined ? [middle - half, middle + half] : [this.about.from, Math.max(this.about.least, high * 1.1)];
  }

  drawEvents(plot, lineColour, textColour, font) {
    const { ctx, bbox } = plot;
    const ratio = window.devicePixelRatio || 1;
    ctx.save();
    ctx.strokeStyle = lineColour;
    ctx.fillStyle = textColour;
    ctx.lineWidth = 1.5 * ratio;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.font = font.replace("13px", `${12 * ratio}px`);
    let free = -Infinity;
    for (const { x, text } of this.events.filter((event) => event.x > -this.length_s && event.x <= 1).sort((a, b) => a.x - b.x)) {
      const at = plot.valToPos(Math.min(x, 0), "x", true);
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
      const label = text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH - 1)}…` : text;
      const width = ctx.measureText(label).width;
      const from = Math.max(bbox.left, Math.min(at - width / 2, bbox.left + bbox.width - width));
      if (this.isFirst && from > free) {
        ctx.fillText(label, from, bbox.top - 4 * ratio);
        free = from + width + 8 * ratio;
      }
    }
    ctx.restore();
  }
}
