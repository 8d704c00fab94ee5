// Icons as shapes, so that no meaning hangs on colour.

import { svg } from "./dom.js";

const SHOE = "M4 22C3 17 5 12 6 9L11 11L15 9C18 14 24 17 30 18C34 19 36 20 36 22Z";
const TILT = { kissed: 0, partial: 10, held: 24, rearfoot: -18 };

/** A small shoe above its ground, tilted as the heel is, with a sign: a touch, a gap, or the heel's wedge. */
export function heelIcon(state) {
  const pivot = state === "rearfoot" ? "5 22" : "29 22";
  const shoe = svg("path", { d: SHOE, transform: `rotate(${TILT[state] ?? 0} ${pivot})` });
  const gap = { partial: "M0 23V19", held: "M0 23V11M-3 14L0 10L3 14" }[state];
  return svg(
    "svg", { viewBox: "-5 0 45 27", class: `icon heel-${state}` },
    shoe,
    svg("path", { class: "line", d: "M-3 25H39" }),
    state === "kissed" ? svg("path", { class: "line", d: "M25 8L29 12L37 3" }) : null,
    gap ? svg("path", { class: "line", d: gap }) : null,
  );
}

const GLYPHS = {
  mute: "M4 10V16H8L14 21V5L8 10ZM18 10L24 16M24 10L18 16",
  unmute: "M4 10V16H8L14 21V5L8 10ZM18 9C20 11 20 15 18 17M21 6C25 10 25 16 21 20",
  flag: "M6 24V4M6 5H21L17 10L21 15H6",
};

export function glyph(name) {
  return svg("svg", { viewBox: "0 0 28 28", class: "glyph", "aria-hidden": "true" }, svg("path", { d: GLYPHS[name] }));
}
