// The big figures: left beside right, and between them what differs.

import { el, mark, say, show } from "./dom.js";
import { Heel } from "./heel.js";
import { DASH, FEET, FOOT, HEEL, whole } from "./words.js";

/** Below this share of the mean nobody is said to be uneven; our own choice. */
const EVEN = 0.03;

/** `cued` are metrics of cues that the row speaks of. */
export const METRICS = [
  { name: "contact_time_s", cued: ["contact_time_s", "contact_asymmetry_percent"], label: "Contact", unit: "ms", scale: 1000, more: "longer" },
  { name: "push_off_rate_dps", cued: ["push_off_rate_dps"], label: "Push-off", unit: "°/s", scale: 1, more: "harder" },
  { name: "pull_rate_dps", cued: ["pull_rate_dps", "pull_delay_s"], label: "Pull", unit: "°/s", scale: 1, more: "quicker" },
];
const HEEL_CUED = ["heel_height_mm", "heel_state"];

function row(label, [left, right], middle, kind) {
  const title = el("h3", { class: "row-label" }, label);
  return el("div", { class: `row ${kind}`, role: "group", "aria-label": label }, left, el("div", { class: "spine" }, title, middle), right);
}

/** Whether a cue is about this foot's figure; one that names no foot is about both. */
function isCued(cued, metrics, foot) {
  return cued !== null && metrics.includes(cued.metric) && (cued.foot === foot || cued.foot === "unknown");
}

/** One metric of both feet. */
export class MetricRow {
  constructor(metric) {
    this.metric = metric;
    this.values = { left: el("span", { class: "value" }, DASH), right: el("span", { class: "value" }, DASH) };
    this.cells = Object.fromEntries(FEET.map((foot) => [foot, this.cell(foot)]));
    this.needle = el("span", { class: "needle" });
    this.words = el("p", { class: "difference" });
    const balance = el("div", { class: "balance", "aria-hidden": "true" }, this.needle);
    this.node = row(metric.label, Object.values(this.cells), el("div", { class: "compare" }, balance, this.words), "metric");
  }

  cell(foot) {
    return el(
      "p", { class: `figure ${foot}`, "data-foot": foot, "data-metric": this.metric.name },
      el("span", { class: "unseen" }, `${FOOT[foot]} `), this.values[foot], el("span", { class: "unit" }, this.metric.unit),
    );
  }

  draw(feet, stale, cued) {
    for (const foot of FEET) {
      say(this.values[foot], whole(feet[foot].mean(this.metric.name) * this.metric.scale));
      mark(this.cells[foot], "data-cued", isCued(cued, this.metric.cued, foot));
      mark(this.cells[foot], "data-stale", stale[foot] !== null);
    }
    this.compare(feet.left.mean(this.metric.name), feet.right.mean(this.metric.name));
  }

  compare(left, right) {
    const mean = (left + right) / 2;
    const isKnown = Number.isFinite(mean) && mean !== 0;
    const share = isKnown ? (left - right) / mean : 0;
    const side = share > 0 ? "left" : "right";
    const isEven = Math.abs(share) < EVEN;
    const size = whole(Math.abs(left - right) * this.metric.scale);
    say(this.words, !isKnown ? "" : isEven ? "even" : `${side} ${size} ${this.metric.unit} ${this.metric.more}`);
    mark(this.needle, "data-side", isKnown && !isEven ? side : null);
    this.needle.style.left = `${(50 - 50 * Math.max(-1, Math.min(1, share / 0.25))).toFixed(1)}%`;
  }
}

/** What both heels do, and how high they stay. */
export class HeelRow {
  constructor() {
    this.parts = {};
    const cells = FEET.map((foot) => this.cell(foot));
    this.words = el("p", { class: "difference" });
    this.node = row("Heel", cells, el("div", { class: "compare" }, this.words), "heel");
  }

  cell(foot) {
    const heel = new Heel();
    const height = el("span", { class: "heel-height" });
    const node = el(
      "div", { class: `figure heel-cell ${foot}`, "data-foot": foot, "data-metric": "heel" },
      el("span", { class: "unseen" }, `${FOOT[foot]} `), heel.icon, heel.word, el("span", { class: "heel-more" }, height, heel.count),
    );
    this.parts[foot] = { node, heel, height };
    return node;
  }

  draw(feet, stale, cued) {
    const heels = { left: feet.left.heel, right: feet.right.heel };
    for (const foot of FEET) {
      this.drawFoot(this.parts[foot], heels[foot], stale[foot]);
      mark(this.parts[foot].node, "data-cued", isCued(cued, HEEL_CUED, foot));
    }
    const { left, right } = heels;
    const isUneven = left && right && left.state !== right.state;
    say(this.words, !left || !right ? "" : isUneven ? "not the same" : "the same");
  }

  drawFoot(parts, heel, stale) {
    mark(parts.node, "data-stale", stale !== null);
    mark(parts.node, "data-state", heel?.state);
    mark(parts.node, "title", heel && HEEL[heel.state]?.means);
    parts.heel.draw(heel);
    const isHigh = heel && heel.state !== "rearfoot" && Number.isFinite(heel.height_mm);
    show(parts.height, Boolean(isHigh));
    say(parts.height, isHigh ? `${whole(heel.height_mm)} mm` : "");
  }
}
