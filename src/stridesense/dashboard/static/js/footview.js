// One foot moving through its last stride, or standing in three key poses for a reader who wants no motion.

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
    this.share = 0;
    this.picture = svg("svg", { class: "foot", viewBox: FRAME.moving, preserveAspectRatio: "xMidYMax", role: "img", "aria-label": `${FOOT[foot]} foot in side view` });
  }

  /** Draw what the foot did at `at_s` of the session, in the stride `pair`. */
  frame(pair, at_s) {
    this.arrange("moving");
    if (!pair) return;
    if (pair !== this.pair) this.begin(pair);
    this.share = Math.min(1, Math.max(0, (at_s - pair.start_s) / this.pose.duration_s));
    this.place(this.pose.at(this.share));
  }

  begin(pair) {
    this.pair = pair;
    this.pose = new Pose(pair);
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
      this.height.setAttribute("y", (-height_mm - 14).toFixed(1));
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
    this.height = svg("text", { class: "height", x: -148 });
    this.ruler = svg("g", { visibility: "hidden" }, this.measure, this.height);
    this.picture.replaceChildren(ground, ...(kind === "moving" ? [this.shoe.node, this.ruler] : []));
    if (kind === "moving") this.shoe.pose({ pitch_deg: 0, toe_deg: 0, lift_mm: 0 });
  }

  /** Three moments of the stride `pair`, drawn anew not too often. */
  stills(pair) {
    this.arrange("still");
    const isEarly = this.pair && pair && Math.abs(pair.start_s - this.pair.start_s) < STILL_EACH_S;
    if (!pair || isEarly) return;
    this.begin(pair);
    mark(this.picture, "data-down", true);
    const { stride } = pair;
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
