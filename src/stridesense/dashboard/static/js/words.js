// How quantities and states are said.

export const FEET = ["left", "right"];
export const FOOT = { left: "Left", right: "Right", unknown: "Foot" };

export const HEEL = {
  kissed: { word: "Kissed", means: "the heel comes down" },
  partial: { word: "Partial", means: "the heel comes down part of the way" },
  held: { word: "Held", means: "the heel stays up" },
  rearfoot: { word: "Heel first", means: "lands on the heel" },
};

export const BAND = {
  unknown: "limit not known yet",
  green: "within the limit",
  amber: "over the limit",
  red: "far over the limit",
};

export const LINK = {
  searching: "searching",
  connecting: "connecting",
  streaming: "streaming",
  silent: "silent",
  lost: "lost",
  unusable: "unusable",
};

export const DASH = "–";

export function whole(value) {
  return Number.isFinite(value) ? String(Math.round(value)) : DASH;
}

/** "8 s", "3 min", "2 h": how long something took or is ago. */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  return `${Math.round(s / 3600)} h`;
}

/** 1:02:03 or 12:34, as a stopwatch shows it. */
export function stopwatch(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const tail = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** "5:32 /km"; nothing for who hardly moves. */
export function pace(speed_mps) {
  return speed_mps > 0.5 ? `${stopwatch(1000 / speed_mps).replace(/^0/, "")} /km` : "";
}

export function clock(unix_s) {
  return new Date(unix_s * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function plain(name) {
  return String(name).replaceAll("_", " ");
}

export function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : "";
}
