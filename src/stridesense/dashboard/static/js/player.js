// One clock for both feet, so that they move against each other as they did; strides are never sped up.

/** How far behind the newest stride is played: the other foot's stride must be there too, and be late a little. */
const BEHIND_S = 1.0;
const SLOW = 0.25;
const FRESH_S = 2;

export class Player {
  constructor() {
    this.at_s = null;
    this.isSlow = false;
    this.isPaused = false;
    this.stillQuery = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** Whether the reader of the page wants no motion. */
  get still() {
    return this.stillQuery.matches;
  }

  /** Let `elapsed_s` pass. `tracks` are the strides to draw of each foot, oldest first, on one session clock. */
  advance(elapsed_s, tracks) {
    const known = tracks.filter((track) => track.length);
    if (this.isPaused || !known.length) return;
    const ends_s = known.map((track) => track.at(-1).end_s);
    const newest_s = Math.max(...ends_s);
    if (this.at_s === null || this.at_s > newest_s || this.at_s < newest_s - 30) this.at_s = newest_s - BEHIND_S;
    const next_s = this.at_s + Math.min(elapsed_s, 0.25) * (this.isSlow ? SLOW : 1);
    const oldest_s = Math.min(...ends_s.filter((end_s) => end_s > newest_s - FRESH_S));
    this.at_s = this.caughtUp(Math.min(next_s, Math.max(oldest_s, this.at_s)), known[0], newest_s);
  }

  /** Who is behind by a stride or more leaves out whole strides where one ends: no foot jumps. */
  caughtUp(next_s, track, newest_s) {
    const ended = track.findLast(({ end_s }) => end_s <= next_s && end_s > this.at_s);
    const isGone = next_s < track[0].start_s;
    if (!ended && !isGone) return next_s;
    const latest = track.findLast(({ start_s }) => start_s <= newest_s - BEHIND_S) ?? track[0];
    return latest.start_s > next_s ? latest.start_s : next_s;
  }
}

/** The stride of a foot at a moment; the last one before it where none is. */
export function strideAt(track, at_s) {
  return track.findLast(({ start_s }) => start_s <= at_s) ?? track[0] ?? null;
}
