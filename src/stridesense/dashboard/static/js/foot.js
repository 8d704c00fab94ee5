// The foot in side view, in millimetres: it rolls about heel or ball in contact, and floats in swing.

import { svg } from "./dom.js";

/** Heel to ball, the same as for `heel_height_mm` (docs/metrics.md). */
const BALL_MM = 190;
const TOES_MM = 80;
/** How high the ball is drawn in mid-swing: nothing measures it, so it is a picture and no more. */
const SWING_LIFT_MM = 40;
/** Toes bend up to here before they leave the ground; an adult's usual range, our own choice for the drawing. */
const TOE_BEND_DEG = 48;

const SOLE = "M-6-6C-8 0-4 2 4 2H190V-14H2C-2-14-5-11-6-6Z";
const UPPER =
  "M-2-14C-10-40-2-62 10-84C12-94 20-98 28-96L46-88C56-84 70-86 80-94C86-98 92-96 96-90C108-70 132-54 162-46C176-42 186-40 190-38V-14Z";
const STRIPE = "M64-22L92-66M88-22L112-58M112-22L132-50";
const TOES_SOLE = "M190 2H236C254 2 268-4 270-12L190-14Z";
const TOES_UPPER = "M190-38C214-34 244-30 262-20C266-18 270-16 270-12L190-14Z";

/** What a stride looks like at a share of its time. */
export class Pose {
  constructor({ shape, stride }) {
    this.start_s = shape.initial_contact_s;
    this.duration_s = shape.stride_time_s;
    this.pitch_deg = shape.pitch_deg;
    this.contact = (stride.terminal_contact_s - this.start_s) / this.duration_s;
  }

  pitch(share) {
    const at = Math.min(Math.max(share, 0), 1) * (this.pitch_deg.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, this.pitch_deg.length - 1);
    return this.pitch_deg[below] + (at - below) * (this.pitch_deg[above] - this.pitch_deg[below]);
  }

  at(share) {
    const pitch_deg = this.pitch(share);
    const swing = share <= this.contact ? 0 : (share - this.contact) / (1 - this.contact);
    const bend_deg = Math.min(Math.max(-pitch_deg, 0), TOE_BEND_DEG);
    const toe_deg = bend_deg * (1 - Math.min(1, swing * 5));
    const lift_mm = SWING_LIFT_MM * Math.sin(Math.PI * swing) ** 2 + toeClearance_mm(-pitch_deg - toe_deg);
    return { pitch_deg, swing, lift_mm, toe_deg, isDown: swing === 0 };
  }
}

/** What the ball must rise for toes that point down to stay above the ground. */
function toeClearance_mm(toesDown_deg) {
  return toesDown_deg > 0 ? TOES_MM * Math.sin((Math.min(toesDown_deg, 90) * Math.PI) / 180) : 0;
}

/** A shoe that can be posed. */
export class Shoe {
  constructor(className = "shoe") {
    this.toes = svg("g", {}, svg("path", { class: "upper", d: TOES_UPPER }), svg("path", { class: "sole", d: TOES_SOLE }));
    this.back = svg(
      "g", {},
      svg("path", { class: "upper", d: UPPER }),
      svg("path", { class: "stripe", d: STRIPE }),
      svg("path", { class: "sole", d: SOLE }),
      svg("circle", { class: "pod", cx: 116, cy: -64, r: 9 }),
    );
    this.node = svg("g", { class: className }, this.toes, this.back);
  }

  /** Turn toes-up pitch into SVG, where y points down; the part that touches stays on the ground. */
  pose({ pitch_deg, toe_deg, lift_mm }) {
    const pivot = pitch_deg > 0 ? 0 : BALL_MM;
    this.node.setAttribute("transform", `translate(0 ${(-lift_mm).toFixed(1)}) rotate(${(-pitch_deg).toFixed(2)} ${pivot} 0)`);
    this.toes.setAttribute("transform", `rotate(${(-toe_deg).toFixed(2)} ${BALL_MM} 0)`);
  }
}

/** How high the heel is above the ground, from the same geometry. */
export function heelHeight_mm(pitch_deg) {
  return Math.max(0, BALL_MM * Math.sin((-pitch_deg * Math.PI) / 180));
}
