// The cue just given, why, and how long ago; the earlier ones in a list.

import { el, keyed, mark, say, show } from "./dom.js";
import { capital, plain, span } from "./words.js";

const FRESH_S = 8;
const CUED_S = 20;
const LISTED = 5;

const FOR = {
  correction: "Try this",
  success: "Well done",
  recall: "Remember",
  load: "Calf load",
  pod: "Pod",
  health: "Health",
};

export class CuePanel {
  constructor() {
    this.kind = el("h2", { class: "cue-kind" }, "Cue");
    this.ago = el("span", { class: "cue-ago" });
    this.text = el("p", { class: "cue-text", "aria-live": "polite", "aria-atomic": "true" });
    this.reason = el("p", { class: "cue-reason" });
    this.node = el("section", { class: "cue", "aria-label": "Cue" }, el("div", { class: "cue-head" }, this.kind, this.ago), this.text, this.reason);
  }

  draw(cues, now_s) {
    const cue = cues.at(-1);
    const age_s = cue ? now_s - cue.heard : Infinity;
    say(this.kind, cue ? (FOR[cue.kind] ?? "Cue") : "Cue");
    say(this.text, cue ? capital(cue.text) : "No cue so far");
    say(this.reason, cue ? (capital(cue.reason ?? "")) : "The coach speaks when most of the last strides were off, and is silent otherwise.");
    say(this.ago, cue ? `${span(age_s)} ago` : "");
    mark(this.node, "data-kind", cue?.kind ?? "none");
    mark(this.node, "data-fresh", age_s < FRESH_S);
    mark(this.node, "data-cue", cue ? `${cue.cue_id}/${cue.seq}` : null);
  }
}

/** The metric and the foot of the cue that the runner is busy with now; about 25 strides. */
export function cuedNow(cues, now_s) {
  const cue = cues.at(-1);
  return cue && now_s - cue.heard < CUED_S ? { metric: cue.metric, foot: cue.foot } : null;
}

/** Cues and marks, the latest change and the latest drill, newest first. */
export class EarlierList {
  constructor() {
    this.list = el("ol", { class: "earlier" });
    this.none = el("p", { class: "quiet" }, "None yet.");
    this.node = el("section", { class: "panel said", "aria-labelledby": "earlier-title" }, el("h2", { id: "earlier-title" }, "Said and marked"), this.list, this.none);
  }

  draw(runner, now_s) {
    const latest = [["change", change], ["drill", drill]].map(([kind, words]) => {
      const item = runner.latest.get(`${kind}/`);
      return item && { ...item.payload, heard: item.heard, what: capital(words(item.payload)), about: kind };
    });
    const entries = [
      ...runner.cues.map((cue) => ({ ...cue, what: capital(cue.text), about: plain(cue.theme ?? "cue") })),
      ...runner.marks.map((set) => ({ ...set, what: set.text || "Mark", about: "mark" })),
      ...latest.filter(Boolean),
    ].map((entry) => ({ ...entry, key: `${entry.type}${entry.sid}${entry.seq}` })).sort((a, b) => b.heard - a.heard || b.seq - a.seq).slice(0, LISTED);
    show(this.none, entries.length === 0);
    const rows = keyed(this.list, entries.map(({ key }) => key), () => el("li", {}, el("span", { class: "what" }), el("span", { class: "about" }), el("span", { class: "ago" })));
    rows.forEach((node, at) => {
      const [what, about, ago] = node.children;
      say(what, entries[at].what);
      say(about, entries[at].about);
      say(ago, span(now_s - entries[at].heard));
    });
  }
}

/** "left contact time has risen": what differs from before at the same speed. */
function change({ metric, foot, before, after }) {
  const name = plain(metric.replace(/_(s|dps|deg|mm|mps|m|g|spm)$/, ""));
  return `${foot === "unknown" ? "" : `${foot} `}${name} has ${after > before ? "risen" : "fallen"}`;
}

/** "rope jump: 24 hops", of all feet together. */
function drill({ drill: name, hops_left = 0, hops_right = 0, hops_unknown = 0 }) {
  return `${plain(name)}: ${hops_left + hops_right + hops_unknown} hops`;
}
