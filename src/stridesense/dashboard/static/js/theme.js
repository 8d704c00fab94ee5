// Dark, light, or as the system is; kept in this browser.

import { mark, say } from "./dom.js";

const KEY = "stridesense.theme";
const ORDER = ["auto", "dark", "light"];

export class ThemeButton {
  constructor(button, repaint) {
    this.button = button;
    this.repaint = repaint;
    this.theme = recall();
    button.addEventListener("click", () => this.next());
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.repaint());
    this.apply();
  }

  next() {
    this.theme = ORDER[(ORDER.indexOf(this.theme) + 1) % ORDER.length];
    try {
      localStorage.setItem(KEY, this.theme);
    } catch {
      // A browser that keeps nothing still shows it.
    }
    this.apply();
    this.repaint();
  }

  apply() {
    mark(document.documentElement, "data-theme", this.theme === "auto" ? null : this.theme);
    say(this.button, `Theme: ${this.theme}`);
  }
}

function recall() {
  try {
    const kept = localStorage.getItem(KEY);
    return ORDER.includes(kept) ? kept : "auto";
  } catch {
    return "auto";
  }
}
