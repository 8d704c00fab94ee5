// Mute and mark, through the runner's command topic; what came of it is said.

import { el, mark, say, show } from "./dom.js";
import { obstacle } from "./health.js";
import { glyph } from "./icons.js";

const ANSWER_LATE_S = 2;
const TOLD_FOR_S = 8;

export class Controls {
  constructor(feed, store) {
    this.feed = feed;
    this.store = store;
    this.sent = null;
    this.muteWord = el("span", {}, "Mute");
    this.muteIcon = el("span", { class: "button-icon" });
    this.mute = el("button", { type: "button", class: "button", disabled: true, "data-do": "mute", "aria-keyshortcuts": "m", onclick: () => this.toggleMute() }, this.muteIcon, this.muteWord);
    this.word = el("input", { type: "text", maxlength: 60, placeholder: "a word", "aria-label": "Word beside the mark", autocomplete: "off" });
    this.mark = el("button", { type: "submit", class: "button", disabled: true, "data-do": "mark", "aria-keyshortcuts": "Space" }, glyph("flag"), el("span", {}, "Mark"));
    this.answer = el("p", { class: "answer", role: "status" });
    const form = el("form", { class: "mark-form", onsubmit: (event) => this.submitMark(event) }, this.word, this.mark);
    this.node = el("section", { class: "controls", "aria-label": "Tell the coach" }, this.mute, form, this.answer);
  }

  get isMuted() {
    return this.runner?.session.muted === true;
  }

  toggleMute() {
    if (!this.mute.disabled) this.tell({ command: this.isMuted ? "unmute" : "mute" });
  }

  submitMark(event) {
    event.preventDefault();
    this.setMark();
  }

  setMark() {
    if (this.mark.disabled) return;
    this.tell({ command: "mark", text: this.word.value.trim() });
    this.word.value = "";
  }

  tell(command) {
    const id = this.feed.command(this.runner.device, command);
    this.sent = { id, device: this.runner.device, at_s: this.feed.now_s, command: command.command };
  }

  draw(runner) {
    this.runner = runner;
    const reason = obstacle(runner, this.feed, this.store);
    this.mute.disabled = this.mark.disabled = this.word.disabled = reason !== null;
    if (this.muteIcon.dataset.muted !== String(this.isMuted)) {
      this.muteIcon.dataset.muted = String(this.isMuted);
      this.muteIcon.replaceChildren(glyph(this.isMuted ? "mute" : "unmute"));
    }
    say(this.muteWord, this.isMuted ? "Unmute" : "Mute");
    mark(this.mute, "aria-pressed", this.isMuted ? "true" : "false");
    this.drawAnswer(reason);
  }

  drawAnswer(reason) {
    const text = this.outcome() ?? (reason ? `Cannot be told anything: ${reason}.` : "");
    show(this.answer, text !== "");
    say(this.answer, text);
  }

  /** What came of the command that was sent last, for a while. */
  outcome() {
    const { sent } = this;
    if (!sent || sent.device !== this.runner.device) return null;
    const age_s = this.feed.now_s - sent.at_s;
    if (age_s > TOLD_FOR_S) return null;
    const refused = this.store.refusals.findLast(({ id }) => id === sent.id);
    if (refused) return `Not sent: ${refused.text}`;
    const result = this.runner.results.findLast(({ id }) => id === sent.id);
    if (result) return result.ok ? result.text : `Refused: ${result.text}`;
    return age_s > ANSWER_LATE_S ? `No answer to ${sent.command} from ${sent.device}.` : "Sent…";
  }
}
