// What the heel does, as an icon, a word, and on how many of the last strides.

import { el, say } from "./dom.js";
import { heelIcon } from "./icons.js";
import { DASH, HEEL } from "./words.js";

export class Heel {
  constructor() {
    this.icon = el("span", { class: "heel-icon", "aria-hidden": "true" });
    this.word = el("span", { class: "heel-word" }, DASH);
    this.count = el("span", { class: "heel-count" });
  }

  /** `heel` as `FootRecord.heel` has it: null as long as no heel was seen. */
  draw(heel) {
    const state = heel?.state ?? "";
    say(this.word, heel ? (HEEL[state]?.word ?? state) : DASH);
    say(this.count, heel ? `${heel.count} of ${heel.of}` : "");
    if (this.icon.dataset.state === state) return;
    this.icon.dataset.state = state;
    this.icon.replaceChildren(...(heel ? [heelIcon(state)] : []));
  }
}
