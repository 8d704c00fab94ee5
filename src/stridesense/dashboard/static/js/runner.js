// One runner, to be read from three metres.

import { Charts } from "./charts.js";
import { Controls } from "./controls.js";
import { CuePanel, EarlierList, cuedNow } from "./cues.js";
import { el, mark, say, show } from "./dom.js";
import { HeelRow, METRICS, MetricRow } from "./figures.js";
import { FootView } from "./footview.js";
import { runnerHealth, staleness_s } from "./health.js";
import { LegPanel } from "./legs.js";
import { PHASES } from "./phases.js";
import { Player, strideAt } from "./player.js";
import { FEET, FOOT, pace, plain, span, stopwatch, whole } from "./words.js";

const CHARTS_EACH_S = 1;

export class RunnerView {
  constructor(feed, store, device) {
    Object.assign(this, { feed, store, device });
    this.player = new Player();
    this.controls = new Controls(feed, store);
    this.cue = new CuePanel();
    this.earlier = new EarlierList();
    this.heel = new HeelRow();
    this.metrics = METRICS.map((metric) => new MetricRow(metric));
    this.charts = new Charts();
    this.legs = new LegPanel();
    this.feet = Object.fromEntries(FEET.map((foot) => [foot, new FootView(foot)]));
    this.chartsAt_s = -Infinity;
    this.node = this.build();
  }

  build() {
    this.name = el("h1", {}, this.device);
    this.facts = el("p", { class: "facts" });
    this.cadence = el("span", { class: "value" });
    this.pace = el("span", { class: "pace" });
    this.gait = el("span", { class: "gait" });
    this.ages = Object.fromEntries(FEET.map((foot) => [foot, el("span", { class: "age" })]));
    this.names = Object.fromEntries(FEET.map((foot) => [foot, el("span", {}, FOOT[foot])]));
    this.speed = el("button", { type: "button", class: "tool", "aria-pressed": "false", "aria-keyshortcuts": "s", onclick: () => this.slow() }, "Slow motion");
    this.pause = el("button", { type: "button", class: "tool", "aria-pressed": "false", "aria-keyshortcuts": "p", onclick: () => this.hold() }, "Pause");
    const title = el("div", { class: "title" }, this.name, this.facts);
    const feet = this.footRow();
    const now = el("section", { class: "now", "aria-label": "Now" }, feet, this.heel.node, ...this.metrics.map((metric) => metric.node), this.caption);
    return el(
      "div", { class: "runner" },
      el("div", { class: "speech" }, title, this.cue.node, this.controls.node), now,
      el("div", { class: "side" }, this.legs.node, this.charts.node), this.earlier.node,
    );
  }

  footRow() {
    const side = (foot) => el(
      "div", { class: `side-view ${foot}`, "data-foot": foot },
      el("h2", { class: "foot-name" }, el("span", { class: `key ${foot}`, "aria-hidden": "true" }), this.names[foot], this.ages[foot]),
      this.feet[foot].picture, this.feet[foot].band.node,
    );
    const legend = Object.entries(PHASES).map(([phase, word]) => el("span", {}, el("span", { class: `swatch ${phase}`, "aria-hidden": "true" }), word));
    const more = el("span", { class: "cadence-more" }, el("span", { class: "unit" }, "steps/min"), this.pace);
    const cadence = el("p", { class: "cadence", "data-metric": "cadence_spm" }, this.cadence, more);
    this.cadenceBox = cadence;
    const spine = el(
      "div", { class: "spine" }, el("h3", { class: "row-label" }, "Cadence"), cadence, this.gait,
      el("div", { class: "foot-tools" }, this.speed, this.pause),
    );
    this.caption = el("p", { class: "caption" }, ...legend, el("span", { class: "note" }, "In swing the angle is measured, the height only sketched."));
    return el("div", { class: "row feet" }, side("left"), spine, side("right"));
  }

  slow() {
    this.player.isSlow = !this.player.isSlow;
    mark(this.speed, "aria-pressed", this.player.isSlow ? "true" : "false");
  }

  hold() {
    this.player.isPaused = !this.player.isPaused;
    mark(this.pause, "aria-pressed", this.player.isPaused ? "true" : "false");
  }

  /** Show what is known now; how the runner stands. */
  draw() {
    const runner = this.store.runners.get(this.device);
    const { feed, store } = this;
    if (!runner) return { tone: "rest", sentence: `Nothing is known of ${this.device}.` };
    const now_s = feed.now_s;
    const health = runnerHealth(runner, feed, store);
    const stale = Object.fromEntries(FEET.map((foot) => [foot, staleness_s(runner.sides[foot], runner, feed, store)]));
    this.drawTitle(runner, now_s);
    this.drawNow(runner, stale, health.tone !== "fine");
    this.cue.draw(runner.cues, now_s);
    this.controls.draw(runner);
    this.legs.draw(runner, health.tone === "bad" && health.word !== "no strides");
    this.earlier.draw(runner, now_s);
    if (now_s - this.chartsAt_s >= CHARTS_EACH_S || now_s < this.chartsAt_s) {
      this.chartsAt_s = now_s;
      this.charts.draw(runner);
    }
    return health;
  }

  drawTitle(runner, now_s) {
    const { state, started, t, theme, muted } = runner.session;
    const until_s = { running: now_s, ended: t }[state];
    const facts = [
      until_s >= started ? stopwatch(until_s - started) : null,
      theme ? `theme: ${plain(theme)}` : null,
      muted ? "muted" : null,
    ].filter(Boolean);
    say(this.facts, facts.join(" · "));
  }

  drawNow(runner, stale, isStale) {
    say(this.cadence, whole(runner.cadence_spm));
    say(this.pace, pace(runner.speed_mps));
    mark(this.cadenceBox, "data-stale", isStale);
    const cued = cuedNow(runner.cues, this.feed.now_s);
    mark(this.cadenceBox, "data-cued", cued?.metric === "cadence_spm");
    const latest = FEET.map((foot) => runner.sides[foot].stride).filter(Boolean).sort((a, b) => b.t - a.t)[0];
    say(this.gait, latest && latest.gait !== "run" ? plain(latest.gait) : "");
    this.heel.draw(runner.sides, stale, cued);
    for (const metric of this.metrics) metric.draw(runner.sides, stale, cued);
    say(this.names.left, runner.isUnsided ? FOOT.unknown : FOOT.left);
    for (const foot of FEET) {
      say(this.ages[foot], stale[foot] === null ? "" : `${span(stale[foot])} old`);
      mark(this.feet[foot].picture, "data-stale", stale[foot] !== null);
      mark(this.feet[foot].picture, "data-contact", runner.sides[foot].stride?.initial_contact_s);
    }
  }

  /** A frame of the moving feet, `elapsed_s` after the last one. */
  frame(elapsed_s) {
    const runner = this.store.runners.get(this.device);
    if (!runner) return;
    const { still } = this.player;
    show(this.speed, !still);
    show(this.pause, !still);
    const tracks = FEET.map((foot) => runner.sides[foot].track);
    this.player.advance(elapsed_s, tracks);
    FEET.forEach((foot, at) => {
      if (still) this.feet[foot].stills(tracks[at].at(-1));
      else if (!this.player.isPaused) this.feet[foot].frame(strideAt(tracks[at], this.player.at_s), this.player.at_s);
    });
  }

  keys() {
    return {
      m: () => this.controls.toggleMute(),
      " ": () => this.controls.setMark(),
      p: () => this.hold(),
      s: () => this.slow(),
    };
  }

  repaint() {
    this.charts.repaint();
  }

  close() {
    this.charts.close();
  }
}

