// How fresh things are, said in words. The first thing that is wrong is what is told.

import { clock } from "./words.js";

/** Strides come each 0.6 to 0.8 s; after so many seconds without one the figures are old. Our own choice. */
const STRIDE_LATE_S = 4;

/* No sentence counts seconds: it would be read out anew each second. The age stands beside the figures. */

/** What is wrong between us and all runners; null when nothing is. */
export function connectionFault(feed, store) {
  if (feed.state === "connecting") return null;
  if (feed.state === "cut") {
    return "No connection to the StrideSense dashboard. What you see is old; it is tried again by itself.";
  }
  if (feed.late) return "The StrideSense dashboard has gone silent. What you see is old.";
  if (!store.broker.up) {
    const since = store.broker.since ? ` since ${clock(store.broker.since)}` : "";
    const why = store.broker.why ? ` (${store.broker.why})` : "";
    return `No MQTT broker${since}${why}. What you see is old; it goes on by itself when the broker is back.`;
  }
  return null;
}

/** What is said instead of a fault when nobody who was there runs any more: then it is no wonder. */
export function farewell(store) {
  const names = store.devices;
  const areOver = names.length > 0 && names.every((name) => store.runners.get(name).session.state === "ended");
  if (!areOver) return null;
  const what = names.length === 1 ? `The session of ${names[0]} has ended` : "All sessions have ended";
  return `${what}. What you see is how it stood at the end; the page goes on by itself with the next one.`;
}

/** How one runner stands: `tone` is fine, rest or bad, `word` for a card, `sentence` where there is room. */
export function runnerHealth(runner, feed, store) {
  const name = runner.device;
  const status = runner.last("status")?.status;
  const state = runner.session.state;
  if (state === "ended") return { tone: "rest", word: "ended", sentence: `The session of ${name} has ended.` };
  if (connectionFault(feed, store)) return { tone: "bad", word: "no connection", sentence: null };
  if (status === "offline") {
    return { tone: "bad", word: "offline", sentence: `${name} is offline: StrideSense there has gone away.` };
  }
  if (state === "waiting") return { tone: "rest", word: "waiting", sentence: `${name} waits for a start.` };
  const age_s = feed.now_s - runner.movedAt;
  if (!Number.isFinite(age_s)) return { tone: "rest", word: "no stride yet", sentence: "No stride yet." };
  if (age_s > STRIDE_LATE_S) {
    return { tone: "bad", word: "no strides", sentence: "No strides: standing, or out of reach?" };
  }
  return { tone: "fine", word: "live", sentence: null };
}

/** The age of a foot's figures in whole seconds once they are old, else null. */
export function staleness_s(foot, runner, feed, store) {
  if (foot.heard === null) return null;
  const age_s = feed.now_s - foot.heard;
  const isOld = age_s > STRIDE_LATE_S || runnerHealth(runner, feed, store).tone === "bad";
  return isOld ? Math.max(1, Math.round(age_s)) : null;
}

/** Whether a command can reach the runner; otherwise why not. */
export function obstacle(runner, feed, store) {
  if (runner.session.state && runner.session.state !== "running") return "no session is running";
  if (connectionFault(feed, store) || feed.state !== "open") return "no connection";
  if (runner.last("status")?.status === "offline") return `${runner.device} is offline`;
  return null;
}
