// Calf budget of each leg, and each pod's link, signal and battery.

import { el, keyed, mark, say, show, svg } from "./dom.js";
import { BAND, FEET, FOOT, LINK, whole } from "./words.js";

export class BudgetPanel {
  constructor() {
    this.rows = Object.fromEntries(FEET.map((foot) => [foot, budgetRow(foot)]));
    this.node = el(
      "section", { class: "panel budget", "aria-labelledby": "budget-title" },
      el("h2", { id: "budget-title" }, "Calf load", el("small", {}, "a proxy without a unit")),
      ...FEET.map((foot) => this.rows[foot].node),
    );
  }

  draw(runner) {
    for (const foot of FEET) drawBudget(this.rows[foot], runner.lastOf("budget", foot));
  }
}

function budgetRow(foot) {
  const fill = el("span", { class: "bar-fill" });
  const bar = el("div", { class: "bar-track", role: "meter", "aria-label": `${FOOT[foot]} calf load`, "aria-valuemin": 0 }, fill, el("span", { class: "bar-limit" }));
  const load = el("span", { class: "load" });
  const band = el("span", { class: "band" });
  return { node: el("div", { class: "leg" }, el("span", { class: "leg-name" }, FOOT[foot]), bar, load, band), bar, fill, load, band };
}

function drawBudget(row, budget) {
  const { load, limit } = budget ?? {};
  const isLimited = Number.isFinite(limit) && limit > 0;
  const ratio = isLimited ? load / limit : null;
  say(row.load, !budget ? "–" : isLimited ? `${whole(load)} of ${whole(limit)}` : whole(load));
  say(row.band, budget ? (BAND[budget.band] ?? budget.band) : "told once a minute");
  mark(row.node, "data-band", budget?.band ?? "unknown");
  // The limit stands at two thirds, so that a load above it still shows by how much.
  row.fill.style.width = `${Math.min(100, ratio === null ? 0 : (ratio * 200) / 3).toFixed(1)}%`;
  mark(row.bar, "aria-valuenow", whole(load ?? 0) === "–" ? 0 : whole(load ?? 0));
  mark(row.bar, "aria-valuemax", whole(isLimited ? Math.max(limit, load) : Math.max(1, load ?? 1)));
  mark(row.bar, "aria-valuetext", `${row.load.textContent}, ${row.band.textContent}`);
}

export class PodPanel {
  constructor() {
    this.list = el("div", { class: "pods" });
    this.none = el("p", { class: "quiet" }, "Nothing heard of a pod yet.");
    this.node = el("section", { class: "panel", "aria-labelledby": "pods-title" }, el("h2", { id: "pods-title" }, "Pods"), this.list, this.none);
  }

  draw(runner, isStale) {
    const feet = [...FEET, "unknown"].filter((foot) => runner.last("link", foot));
    show(this.none, feet.length === 0);
    const rows = keyed(this.list, feet, podRow);
    rows.forEach((node, at) => drawPod(node, runner.last("link", feet[at]), runner.last("battery")?.[`${feet[at]}_percent`], isStale));
  }
}

function podRow(foot) {
  return el(
    "div", { class: "pod-row" },
    el("span", { class: "leg-name" }, FOOT[foot]), el("span", { class: "pod-state" }),
    el("span", { class: "pod-signal" }), el("span", { class: "pod-battery" }), el("span", { class: "pod-why" }),
  );
}

function drawPod(node, link, battery_percent, isStale) {
  const [, state, signal, battery, why] = node.children;
  const percent = link.battery_percent ?? battery_percent;
  const isGood = (link.state ?? "streaming") === "streaming" && !isStale;
  mark(node, "data-good", isGood);
  say(state, isStale ? "not known" : (LINK[link.state] ?? link.state ?? "streaming"));
  part(signal, Number.isFinite(link.rssi_dbm) ? strength(link.rssi_dbm) : null, () => bars(link.rssi_dbm));
  part(battery, Number.isFinite(percent) ? `${percent} %${percent <= 20 ? " low" : ""}` : null, () => cell(percent));
  mark(battery, "data-low", Number.isFinite(percent) && percent <= 20);
  show(why, Boolean(link.reason));
  say(why, link.reason ?? "");
}

function part(node, text, draw) {
  show(node, text !== null);
  if (text === null || node.dataset.text === text) return;
  node.dataset.text = text;
  node.replaceChildren(draw(), el("span", {}, text));
}

/** Borders in dBm as phones use them; our own choice. */
function strength(rssi_dbm) {
  return rssi_dbm > -65 ? "strong" : rssi_dbm > -80 ? "fair" : "weak";
}

function bars(rssi_dbm) {
  const lit = rssi_dbm > -65 ? 3 : rssi_dbm > -80 ? 2 : 1;
  const bar = (at) => svg("rect", { x: 2 + 7 * at, y: 14 - 5 * at, width: 5, height: 6 + 5 * at, class: at < lit ? "lit" : "unlit" });
  return svg("svg", { viewBox: "0 0 24 22", class: "glyph small", "aria-hidden": "true" }, bar(0), bar(1), bar(2));
}

function cell(percent) {
  return svg(
    "svg", { viewBox: "0 0 28 22", class: "glyph small", "aria-hidden": "true" },
    svg("rect", { x: 2, y: 5, width: 20, height: 12, rx: 2, class: "outline" }), svg("rect", { x: 23, y: 9, width: 3, height: 4, class: "lit" }),
    svg("rect", { x: 4, y: 7, width: (16 * percent) / 100, height: 8, class: "lit" }),
  );
}
