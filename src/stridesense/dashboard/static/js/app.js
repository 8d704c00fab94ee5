// The page: one feed, one store, one view at a time.

import { CoachView } from "./coach.js";
import { el, keyed, mark, say, show } from "./dom.js";
import { Feed } from "./feed.js";
import { FullScreenButton } from "./fullscreen.js";
import { connectionFault, farewell } from "./health.js";
import { RunnerView } from "./runner.js";
import { Store } from "./store.js";
import { ThemeButton } from "./theme.js";

const KEYS = [
  ["m", "mute or unmute the coach"],
  ["Space", "set a mark"],
  ["← →", "runner before, runner after"],
  ["c", "all runners"],
  ["p", "pause the feet"],
  ["s", "slow motion"],
  ["f", "full screen, which stays lit"],
  ["t", "theme"],
  ["?", "this list"],
];

/** The feet move 30 times a second: enough for the eye, and half the work for a small computer. */
const FRAME_MS = 30;

class App {
  constructor() {
    this.byId = (id) => document.getElementById(id);
    this.main = this.byId("main");
    this.store = new Store();
    this.feed = new Feed(this.store);
    this.store.changed = () => this.route();
    this.theme = new ThemeButton(this.byId("theme"), () => this.view?.repaint());
    this.full = new FullScreenButton(this.byId("full"));
    this.movedAt_ms = 0;
    this.isDirty = true;
    this.listen();
    this.feed.connect();
    setInterval(() => this.tick(), 500);
    requestAnimationFrame((at_ms) => this.frame(at_ms));
  }

  listen() {
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.press(event));
    this.byId("help").addEventListener("click", () => this.help());
    this.byId("keys-list").append(...KEYS.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)]));
  }

  /** Which view the address asks for; without one, the only runner, or all of them. */
  wanted() {
    const [, view, name] = location.hash.split("/");
    if (view === "runner" && name) return `runner/${decoded(name)}`;
    const { devices } = this.store;
    return view !== "coach" && devices.length === 1 ? `runner/${devices[0]}` : "coach";
  }

  route() {
    const wanted = this.wanted();
    if (wanted !== this.shown) {
      this.view?.close();
      const device = wanted.startsWith("runner/") ? wanted.slice(7) : null;
      this.view = device === null ? new CoachView(this.feed, this.store) : new RunnerView(this.feed, this.store, device);
      this.shown = wanted;
      document.title = device === null ? "Runners – StrideSense" : `${device} – StrideSense`;
      this.main.replaceChildren(this.view.node);
    }
    this.isDirty = true;
  }

  tick() {
    this.feed.watch();
    this.isDirty = true;
  }

  frame(at_ms) {
    // First, so that no fault in drawing stops the clock that tells what is stale.
    requestAnimationFrame((next_ms) => this.frame(next_ms));
    if (this.isDirty && this.view) {
      this.isDirty = false;
      this.draw();
    }
    if (at_ms - this.movedAt_ms >= FRAME_MS) {
      this.view?.frame((at_ms - this.movedAt_ms) / 1000);
      this.movedAt_ms = at_ms;
    }
  }

  draw() {
    const fault = connectionFault(this.feed, this.store);
    const end = fault && farewell(this.store);
    show(this.byId("alarm"), fault !== null);
    say(this.byId("alarm"), end ?? fault ?? "");
    mark(this.byId("alarm"), "data-tone", end ? "rest" : "bad");
    this.drawRunners();
    const health = this.view.draw();
    const word = end ? "Ended" : fault ? "Not live" : this.feed.state === "open" ? (health?.sentence ?? "Live") : "Connecting…";
    say(this.byId("link"), word);
    mark(this.byId("link"), "data-tone", end ? "rest" : fault ? "bad" : (health?.tone ?? "fine"));
  }

  drawRunners() {
    const { devices } = this.store;
    const links = keyed(this.byId("runners"), devices.length > 1 ? ["", ...devices] : devices, (device) =>
      el("a", { href: device ? `#/runner/${encodeURIComponent(device)}` : "#/coach" }, device || "All"));
    for (const link of links) {
      const isHere = this.shown === (link.dataset.key ? `runner/${link.dataset.key}` : "coach");
      mark(link, "aria-current", isHere ? "page" : null);
    }
  }

  help() {
    this.byId("keys").showModal();
  }

  go(step) {
    const { devices } = this.store;
    const at = devices.findIndex((device) => this.shown === `runner/${device}`);
    const next = at < 0 && step < 0 ? devices.length - 1 : (at + step + devices.length) % devices.length;
    if (devices.length) location.hash = `#/runner/${encodeURIComponent(devices[next])}`;
  }

  /** Shortcuts, but not where somebody types, and not where the key already does something. */
  press(event) {
    const target = event.target;
    const isTyping = target.closest?.("input, textarea, select, [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat || this.byId("keys").open) return;
    if (event.key === " " && target.closest?.("button, a, summary")) return;
    const actions = {
      "?": () => this.help(),
      c: () => { location.hash = "#/coach"; },
      f: () => this.full.toggle(),
      t: () => this.theme.next(),
      ArrowLeft: () => this.go(-1),
      ArrowRight: () => this.go(1),
      ...this.view?.keys(),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
    this.isDirty = true;
  }
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

new App();
