// The connection to the server: reconnects by itself and knows how old everything is.

const BEAT_LATE_S = 3.5;
const FIRST_DELAY_S = 0.5;
const LONGEST_DELAY_S = 8;

export class Feed {
  constructor(store) {
    this.store = store;
    this.state = "connecting";
    this.delay_s = FIRST_DELAY_S;
    this.retryAt_s = null;
    this.beatAt_s = null;
    this.offset_s = 0;
    this.socket = null;
    this.triedAt_s = null;
  }

  /** The server's clock, which every `heard` is in; the page's own may be minutes off. */
  get now_s() {
    return local_s() + this.offset_s;
  }

  /** For how long the server has said nothing, in seconds. */
  get silence_s() {
    return this.beatAt_s === null ? 0 : local_s() - this.beatAt_s;
  }

  get late() {
    return this.silence_s > BEAT_LATE_S;
  }

  get open() {
    return this.state === "open" && !this.late;
  }

  connect() {
    const url = new URL("ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    const socket = new WebSocket(url);
    this.triedAt_s = local_s();
    this.socket = socket;
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = () => this.lose(socket);
  }

  hear(message) {
    this.beatAt_s = local_s();
    if (message.type === "hello" || message.type === "beat") this.offset_s = message.now - local_s();
    if (message.type === "hello") {
      this.state = "open";
      this.delay_s = FIRST_DELAY_S;
    }
    this.store.take(message);
  }

  lose(socket) {
    if (socket !== this.socket) return;
    this.state = "cut";
    this.retryAt_s = local_s() + this.delay_s;
    setTimeout(() => this.connect(), this.delay_s * 1000);
    this.delay_s = Math.min(2 * this.delay_s, LONGEST_DELAY_S);
    this.store.changed({ type: "cut" });
  }

  /** A server that hangs keeps the socket open: let go of it, the next try may reach a new one. */
  watch() {
    if (this.state !== "open" && this.socket?.readyState === WebSocket.CONNECTING) {
      if (local_s() - this.triedAt_s > 3 * BEAT_LATE_S) this.socket.close();
      return;
    }
    if (this.state === "open" && this.silence_s > 3 * BEAT_LATE_S) {
      const hung = this.socket;
      this.lose(hung);
      this.socket = null;
      hung.onmessage = hung.onclose = null;
      hung.close();
    }
  }

  /** Send a command; its id comes back with the answer. */
  command(device, command) {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.socket.send(JSON.stringify({ type: "command", device, command: { ...command, id } }));
    return id;
  }
}

function local_s() {
  return (performance.timeOrigin + performance.now()) / 1000;
}
