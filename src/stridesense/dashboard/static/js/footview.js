// One foot moving through its last stride, or standing in three key poses for who wants no motion.

import { mark, say, svg } from "./dom.js";
import { Pose, Shoe, heelHeight_mm } from "./foot.js";
import { PhaseBand } from "./phases.js";
import { FOOT } from "./words.js";

const STILL_EACH_S = 2;
const DRAWN_FROM_MM = 3;
const FRAME = { moving: "-150 -318 540 340", still: "-10 -240 960 290" };

export class FootView {
  constructor(foot) {
    this.foot = foot;
    this.band = new PhaseBand(FOOT[foot]);
    this.pair = null;
    this.startedAt_s = 0;
    this.share = 0;
    this.picture = svg("svg", { class: "foot", viewBox: FRAME.moving, preserveAspectRatio: "xMidYMax", role: "img", "aria-label": `${FOOT[foot]} foot in side view` });
  }

  /** Draw the frame at `now_s` on the player's own clock; a stride is played to its end, then the newest is. */
  frame(drawable, now_s, still) {
    if (still) return this.stills(drawable, now_s);
    this.arrange("moving");
    const isOver = !this.pair || now_s - this.startedAt_s >= this.pose.duration_s;
    if (isOver && drawable && drawable.shape !== this.pair?.shape) this.begin(drawable, now_s);
    if (!this.pair) return undefined;
    this.share = Math.min(1, (now_s - this.startedAt_s) / this.pose.duration_s);
    return this.place(this.pose.at(this.share));
  }

  begin(pair, now_s) {
    this.pair = pair;
    this.pose = new Pose(pair);
    this.startedAt_s = now_s;
    this.band.draw(pair);
  }

  place(at) {
    this.shoe.pose(at);
    const height_mm = at.isDown ? heelHeight_mm(at.pitch_deg) : 0;
    mark(this.picture, "data-down", at.isDown);
    mark(this.ruler, "visibility", height_mm > DRAWN_FROM_MM ? "visible" : "hidden");
    if (height_mm > DRAWN_FROM_MM) {
      const y = (-height_mm).toFixed(1);
      this.measure.setAttribute("d", `M-28 0V${y}M-38 ${y}H-8M-38 0H-18`);
      say(this.height, `${Math.round(height_mm)} mm`);
    }
    this.band.point(this.share);
  }

  arrange(kind) {
    if (this.kind === kind) return;
    this.kind = kind;
    this.pair = null;
    const ground = svg("path", { class: "ground", d: kind === "moving" ? "M-150 4H390" : "M-10 4H950" });
    this.picture.setAttribute("viewBox", FRAME[kind]);
    this.shoe = new Shoe(`shoe ${this.foot}`);
    this.measure = svg("path", { class: "measure" });
    this.height = svg("text", { class: "height", x: -44, y: -8, "text-anchor": "end" });
    this.ruler = svg("g", { visibility: "hidden" }, this.measure, this.height);
    this.picture.replaceChildren(ground, ...(kind === "moving" ? [this.shoe.node, this.ruler] : []));
    if (kind === "moving") this.shoe.pose({ pitch_deg: 0, toe_deg: 0, lift_mm: 0 });
  }

  stills(drawable, now_s) {
    this.arrange("still");
    if (!drawable || drawable.shape === this.pair?.shape || (this.pair && now_s - this.startedAt_s < STILL_EACH_S)) return;
    this.begin(drawable, now_s);
    const { stride } = drawable;
    const lowest = stride.heel_down_s == null ? this.pose.contact / 2 : (stride.heel_down_s - this.pose.start_s) / this.pose.duration_s;
    const moments = [["landing", 0], ["heel lowest", lowest], ["toes off", this.pose.contact]];
    const poses = moments.map(([word, share], at) => {
      const shoe = new Shoe(`shoe ${this.foot}`);
      shoe.pose(this.pose.at(share));
      return svg(
        "g", { transform: `translate(${10 + 320 * at} 0)` }, shoe.node,
        svg("text", { class: "moment", x: 130, y: 42, "text-anchor": "middle" }, word),
      );
    });
    this.picture.replaceChildren(this.picture.firstChild, ...poses);
    this.band.point(0);
  }
}

/** One clock for both feet: 1 or a quarter of real time, or none. */
export class Player {
  constructor() {
    this.now_s = 0;
    this.speed = 1;
    this.paused = false;
    this.stillQuery = matchMedia("(prefers-reduced-motion: reduce)");
  }

  get still() {
    return this.stillQuery.matches;
  }

  advance(elapsed_s) {
    if (!this.paused) this.now_s += Math.min(elapsed_s, 0.25) * (this.still ? 1 : this.speed);
  }
}
