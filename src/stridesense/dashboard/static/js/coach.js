// All runners at once: a card each, in the order of their names, so that nobody moves.

import { el, keyed, mark, say, show } from "./dom.js";
import { runnerHealth, staleness_s } from "./health.js";
import { BudgetBar } from "./legs.js";
import { Heel } from "./heel.js";
import { FEET, FOOT, LINK, capital, span, whole } from "./words.js";

/** So few runners get large cards, and more than so many get small ones. */
const FEW = 2;
const MANY = 6;

export class CoachView {
  constructor(feed, store) {
    Object.assign(this, { feed, store });
    this.cards = new Map();
    this.list = el("ul", { class: "cards" });
    this.none = el("p", { class: "empty" }, "Nobody is running yet. As soon as a StrideSense session publishes to this broker, the runner appears here.");
    this.node = el("div", { class: "coach" }, el("h1", {}, "Runners"), this.list, this.none);
  }

  draw() {
    const { devices } = this.store;
    show(this.none, devices.length === 0);
    mark(this.list, "data-crowd", devices.length <= FEW ? "few" : devices.length > MANY ? "many" : null);
    keyed(this.list, devices, (device) => this.card(device).node);
    for (const device of this.cards.keys()) if (!this.store.runners.has(device)) this.cards.delete(device);
    for (const device of devices) this.cards.get(device).draw(this.store.runners.get(device), this.feed, this.store);
  }

  card(device) {
    this.cards.set(device, new Card(device));
    return this.cards.get(device);
  }

  frame() {}

  keys() {
    return {};
  }

  repaint() {}

  close() {}
}

class Card {
  constructor(device) {
    this.status = el("span", { class: "status" });
    this.age = el("span", { class: "age" });
    this.cadence = el("span", { class: "value" });
    this.feet = Object.fromEntries(FEET.map((foot) => [foot, this.foot(foot)]));
    this.cue = el("span", { class: "cue-text" });
    this.ago = el("span", { class: "ago" });
    this.link = el("span", { class: "link" });
    this.sheet = el(
      "a", { class: "card", href: `#/runner/${encodeURIComponent(device)}` },
      el("span", { class: "card-head" }, el("span", { class: "card-name" }, device), this.status),
      el("span", { class: "card-cadence" }, this.cadence, el("span", { class: "unit" }, "steps/min"), this.age),
      ...FEET.map((foot) => this.feet[foot].node),
      el("span", { class: "card-cue" }, this.cue, this.ago), this.link,
    );
    this.node = el("li", {}, this.sheet);
  }

  foot(foot) {
    const heel = new Heel();
    const contact = el("span", { class: "card-contact" });
    const budget = new BudgetBar();
    const node = el(
      "span", { class: `card-foot ${foot}`, "data-foot": foot },
      el("span", { class: "leg-name" }, FOOT[foot]), heel.icon, heel.word, el("span", { class: "card-more" }, heel.count, contact),
      el("span", { class: "card-bar" }, "Calf", budget.bar, budget.load), budget.band,
    );
    return { node, heel, contact, budget };
  }

  draw(runner, feed, store) {
    const health = runnerHealth(runner, feed, store);
    const stale = FEET.map((foot) => staleness_s(runner.sides[foot], runner, feed, store)).filter((age) => age !== null);
    const isStale = health.tone !== "fine";
    mark(this.sheet, "data-tone", health.tone);
    mark(this.sheet, "data-stale", isStale);
    say(this.status, capital(health.word));
    say(this.age, isStale && stale.length ? `${span(Math.min(...stale))} old` : "");
    say(this.cadence, whole(runner.cadence_spm));
    for (const foot of FEET) {
      const { node, heel, contact, budget } = this.feet[foot];
      heel.draw(runner.sides[foot].heel);
      budget.draw(node, runner.lastOf("budget", foot));
      say(contact, `${whole(1000 * runner.sides[foot].mean("contact_time_s"))} ms`);
    }
    const cue = runner.cues.at(-1);
    say(this.cue, cue ? capital(cue.text) : "No cue so far");
    say(this.ago, cue ? `${span(feed.now_s - cue.heard)} ago` : "");
    say(this.link, pods(runner, runner.session.muted));
  }
}

function pods(runner, isMuted) {
  const told = Object.keys(runner.feet).map((foot) => {
    const link = runner.last("link", foot);
    const percent = link?.battery_percent ?? runner.last("battery")?.[`${foot}_percent`];
    if (!link) return null;
    const battery = Number.isFinite(percent) ? `${percent} %${percent <= 20 ? " low" : ""}` : null;
    const state = link.state && link.state !== "streaming" ? LINK[link.state] : battery === null ? "streaming" : null;
    return [foot === "unknown" ? null : foot, "pod", state, battery].filter(Boolean).join(" ");
  });
  return [...told, isMuted ? "muted" : null].filter(Boolean).join(" · ");
}
