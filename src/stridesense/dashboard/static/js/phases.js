// The phases of a stride as a band: landing, heel down, ball of the foot, swing.

import { el, keyed, mark, say } from "./dom.js";

export const PHASES = {
  landing: "Landing",
  heel: "Heel down",
  ball: "Ball",
  swing: "Swing",
};

/** Phases in their order with their share of the stride; a heel that stays up has no heel phase. */
function phasesOf({ shape, stride }) {
  const share = (at_s) => (at_s - shape.initial_contact_s) / shape.stride_time_s;
  const toeOff = Math.min(1, share(stride.terminal_contact_s));
  const down = stride.heel_down_s == null ? null : share(stride.heel_down_s);
  const off = stride.heel_off_s == null ? null : share(stride.heel_off_s);
  const borders = down === null
    ? [["ball", toeOff]]
    : [["landing", down], ["heel", off ?? toeOff], ["ball", toeOff]];
  let from = 0;
  return [...borders, ["swing", 1]]
    .map(([phase, to]) => ({ phase, from, share: Math.max(0, -from + (from = Math.max(from, to))) }))
    .filter(({ share: width }) => width > 0.001);
}

export class PhaseBand {
  constructor(name) {
    this.parts = el("div", { class: "phases-parts" });
    this.cursor = el("span", { class: "phases-cursor" });
    this.node = el("div", { class: "phases", role: "img", "aria-label": `${name}: no stride yet` }, this.parts, this.cursor);
    this.name = name;
  }

  draw(pair) {
    const phases = phasesOf(pair);
    const parts = keyed(this.parts, phases.map(({ phase }) => phase), (phase) => el("span", { class: `phase ${phase}` }));
    parts.forEach((part, at) => {
      const { phase, share } = phases[at];
      part.style.flexGrow = share.toFixed(3);
      say(part, share > 0.16 ? PHASES[phase] : "");
    });
    const told = phases.map(({ phase, share }) => `${PHASES[phase]} ${Math.round(100 * share)} %`).join(", ");
    mark(this.node, "aria-label", `${this.name}, phases of the last stride: ${told}`);
  }

  point(share) {
    this.cursor.style.left = `${(100 * share).toFixed(1)}%`;
  }
}
