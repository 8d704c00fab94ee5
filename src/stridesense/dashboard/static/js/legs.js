// Each leg: its calf budget, and the link, signal and battery of its pod.

import { el, mark, say, show, svg } from "./dom.js";
import { BAND, FEET, FOOT, LINK, whole } from "./words.js";

/** The load of a leg against its limit: a bar, and the same in figures and in words. */
export class BudgetBar {
  constructor() {
    this.fill = el("span", { class: "bar-fill" });
    this.bar = el("span", { class: "bar-track", "aria-hidden": "true" }, this.fill, el("span", { class: "bar-limit" }));
    this.load = el("span", { class: "load" });
    this.band = el("span", { class: "band" });
  }

  /** `node` is the element that all parts stand in; it bears the band. */
  draw(node, budget) {
    const { load, limit } = budget ?? {};
    const isLimited = Number.isFinite(limit) && limit > 0;
    say(this.load, !budget ? "–" : isLimited ? `${whole(load)} of ${whole(limit)}` : whole(load));
    say(this.band, budget ? (BAND[budget.band] ?? budget.band) : "not told yet");
    mark(node, "data-band", budget?.band ?? "unknown");
    // The limit stands at two thirds, so that a load above it still shows by how much.
    const percent = isLimited ? Math.min(100, ((load / limit) * 200) / 3) : 0;
    this.fill.style.width = `${percent.toFixed(1)}%`;
  }
}

export class LegPanel {
  constructor() {
    this.legs = Object.fromEntries(FEET.map((foot) => [foot, new Leg(foot)]));
    this.node = el(
      "section", { class: "panel legs", "aria-labelledby": "legs-title" },
      el("h2", { id: "legs-title" }, "Calf load and pods", el("small", {}, "load: a proxy, no unit")),
      el("div", { class: "legs-pair" }, ...FEET.map((foot) => this.legs[foot].node)),
    );
  }

  /** `isStale`: nobody knows how the pods are now. */
  draw(runner, isStale) {
    for (const foot of FEET) this.legs[foot].draw(runner, foot, isStale);
  }
}

class Leg {
  constructor(foot) {
    this.name = el("h3", { class: "leg-name" }, FOOT[foot]);
    this.budget = new BudgetBar();
    this.state = el("span", { class: "pod-state" });
    this.battery = el("span", { class: "pod-battery" });
    this.signal = el("span", { class: "pod-signal" });
    const { bar, load, band } = this.budget;
    this.node = el(
      "div", { class: `leg ${foot}`, "data-foot": foot },
      el("div", { class: "leg-row" }, this.name, load), bar, band,
      el("div", { class: "leg-row" }, this.state, this.battery), this.signal,
    );
  }

  draw(runner, foot, isStale) {
    say(this.name, foot === "left" && runner.isUnsided ? FOOT.unknown : FOOT[foot]);
    this.budget.draw(this.node, runner.lastOf("budget", foot));
    const pod = runner.podOn(foot);
    const state = !pod.link ? "not heard yet" : isStale ? "not known" : (LINK[pod.link.state] ?? pod.link.state ?? "streaming");
    say(this.state, `Pod ${state}`);
    mark(this.node, "data-pod", state === "streaming" ? "good" : pod.link ? "bad" : "none");
    const isLow = pod.battery_percent <= 20;
    mark(this.battery, "data-low", isLow);
    part(this.battery, Number.isFinite(pod.battery_percent) ? `${pod.battery_percent} %${isLow ? " low" : ""}` : "", () => cell(pod.battery_percent));
    this.drawSignal(pod.link, isStale);
  }

  /** How strong it is; why there is none, where the pod told. */
  drawSignal(link, isStale) {
    const { reason, rssi_dbm } = link ?? {};
    const isKnown = Number.isFinite(rssi_dbm) && !isStale && !reason;
    part(this.signal, isKnown ? strength(rssi_dbm) : (reason ?? "signal not told"), () => (isKnown ? bars(rssi_dbm) : ""));
    mark(this.signal, "title", reason);
  }
}

function part(node, text, draw) {
  show(node, text !== "");
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  if (text) node.replaceChildren(draw(), el("span", {}, text));
}

/** Borders in dBm as phones use them; our own choice. */
function strength(rssi_dbm) {
  return rssi_dbm > -65 ? "strong" : rssi_dbm > -80 ? "fair" : "weak";
}

function bars(rssi_dbm) {
  const lit = rssi_dbm > -65 ? 3 : rssi_dbm > -80 ? 2 : 1;
  const bar = (at) => svg("rect", { x: 2 + 7 * at, y: 14 - 5 * at, width: 5, height: 6 + 5 * at, class: at < lit ? "lit" : "unlit" });
  return svg("svg", { viewBox: "0 0 24 22", class: "glyph small", role: "img", "aria-label": "signal" }, bar(0), bar(1), bar(2));
}

function cell(percent) {
  return svg(
    "svg", { viewBox: "0 0 28 22", class: "glyph small", role: "img", "aria-label": "battery" },
    svg("rect", { x: 2, y: 5, width: 20, height: 12, rx: 2, class: "outline" }), svg("rect", { x: 23, y: 9, width: 3, height: 4, class: "lit" }),
    svg("rect", { x: 4, y: 7, width: (16 * percent) / 100, height: 8, class: "lit" }),
  );
}
