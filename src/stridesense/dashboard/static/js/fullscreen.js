// The whole screen, which then stays lit: nobody touches a tablet on a treadmill.

import { mark, show } from "./dom.js";

export class FullScreenButton {
  constructor(button) {
    this.button = button;
    this.lit = null;
    show(button, document.fullscreenEnabled);
    button.addEventListener("click", () => this.toggle());
    document.addEventListener("fullscreenchange", () => this.follow());
    document.addEventListener("visibilitychange", () => this.follow());
  }

  async toggle() {
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    } catch {
      // The browser says no: the page stays as it was.
    }
  }

  follow() {
    const isFull = document.fullscreenElement !== null;
    mark(this.button, "aria-pressed", String(isFull));
    if (!isFull) this.letSleep();
    else if (document.visibilityState === "visible") this.keepLit();
  }

  /** Browsers let go of it when the page is hidden, and have it on this machine or over HTTPS only. */
  async keepLit() {
    try {
      const lit = await navigator.wakeLock?.request("screen");
      this.letSleep();
      this.lit = lit;
    } catch {
      // Not on an empty battery, for one: the screen then sleeps as ever.
    }
    if (!document.fullscreenElement) this.letSleep();
  }

  letSleep() {
    this.lit?.release();
    this.lit = null;
  }
}
