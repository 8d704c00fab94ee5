// What is known of every runner, as the messages told it; bounded in every direction.

const KEPT_STRIDES = 1500;
const KEPT_CUES = 20;
const SHOWN_STRIDES = 6;
const HEEL_STRIDES = 10;
const DRAWN_STRIDES = 10;

const COLUMNS = [
  "cadence_spm", "contact_time_s", "heel_height_mm", "heel_state", "push_off_rate_dps", "pull_rate_dps",
];

/** One foot's last strides as columns, and those of the last seconds with their shapes, to be drawn. */
class FootRecord {
  constructor() {
    this.t = [];
    this.columns = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    this.stride = null;
    this.heard = null;
    this.shapes = new Map();
    this.track = [];
  }

  addStride(stride, heard) {
    this.keep(stride, heard);
    this.push(stride.t, (name) => stride[name]);
  }

  fill(told) {
    told.t.forEach((t, at) => this.push(t, (name) => told[name]?.[at]));
  }

  push(t, value) {
    this.t.push(t);
    for (const name of COLUMNS) this.columns[name].push(value(name) ?? null);
    if (this.t.length > KEPT_STRIDES) {
      this.t.shift();
      for (const name of COLUMNS) this.columns[name].shift();
    }
  }

  keep(stride, heard) {
    this.stride = stride;
    this.heard = heard;
    const shape = this.shapes.get(stride.initial_contact_s);
    if (!shape || !(shape.stride_time_s > 0)) return;
    const start_s = shape.initial_contact_s;
    if (this.track.at(-1)?.start_s >= start_s) this.track = [];
    this.track.push({ shape, stride, start_s, end_s: start_s + shape.stride_time_s });
    if (this.track.length > DRAWN_STRIDES) this.track.shift();
  }

  addShape(shape) {
    this.shapes.set(shape.initial_contact_s, shape);
    if (this.shapes.size > 6) this.shapes.delete(this.shapes.keys().next().value);
  }

  mean(name, count = SHOWN_STRIDES) {
    const values = this.columns[name].slice(-count).filter((value) => Number.isFinite(value));
    return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;
  }

  /** The state that most of the last ten heels had, in how many of how many, and how high they stayed. */
  get heel() {
    const states = this.columns.heel_state.slice(-HEEL_STRIDES).filter((state) => state);
    if (!states.length) return null;
    const counts = new Map();
    for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
    const [state, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
    return { state, count, of: states.length, height_mm: this.mean("heel_height_mm", HEEL_STRIDES) };
  }
}

/** One runner: the latest message of each kind, and what came one after the other. */
class Runner {
  constructor(device) {
    this.device = device;
    this.feet = { left: new FootRecord(), right: new FootRecord(), unknown: new FootRecord() };
    this.latest = new Map();
    this.cues = [];
    this.marks = [];
    this.results = [];
  }

  last(kind, foot = null) {
    return this.latest.get(`${kind}/${foot ?? ""}`)?.payload;
  }

  get session() {
    return this.last("session") ?? {};
  }

  /** Whether there is one pod alone and nobody said on which foot. */
  get isUnsided() {
    const isHeard = (foot) => this.feet[foot].t.length > 0 || this.last("link", foot) !== undefined;
    return isHeard("unknown") && !isHeard("left") && !isHeard("right");
  }

  /** What stands left and what stands right; a foot that nobody named stands left. */
  get sides() {
    return this.isUnsided ? { left: this.feet.unknown, right: this.feet.right } : this.feet;
  }

  /** The latest message of a kind about what stands on that side. */
  lastOf(kind, side) {
    return this.last(kind, side === "left" && this.isUnsided ? "unknown" : side);
  }

  /** The pod on that side: what it last said of its link, and its battery. */
  podOn(side) {
    const link = this.lastOf("link", side);
    const foot = side === "left" && this.isUnsided ? "unknown" : side;
    return { link, battery_percent: link?.battery_percent ?? this.last("battery")?.[`${foot}_percent`] };
  }

  /** Steps a minute as both feet have them; of pods that tell no strides, as they say themselves. */
  get cadence_spm() {
    const feet = Object.values(this.feet);
    const measured = feet.map((foot) => foot.mean("cadence_spm")).filter(Number.isFinite);
    const told = Object.keys(this.feet).map((foot) => this.last("reading", foot)?.cadence_spm).filter(Number.isFinite);
    const known = measured.length ? measured : told;
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  }

  /** Running speed as both feet have it; of pods that tell no strides, as they say themselves. */
  get speed_mps() {
    const told = Object.keys(this.feet).map((foot) => this.last("reading", foot)?.speed_mps).filter(Number.isFinite);
    return this.last("summary")?.speed_mps ?? told[0];
  }

  /** When the newest stride, or a pod's own figure, was heard. */
  get movedAt() {
    const readings = Object.keys(this.feet).map((foot) => this.latest.get(`reading/${foot}`)?.heard ?? -Infinity);
    return Math.max(...readings, ...Object.values(this.feet).map((foot) => foot.heard ?? -Infinity));
  }

  take(item, past = false) {
    const { kind, foot, payload, heard } = item;
    this.latest.set(`${kind}/${foot ?? ""}`, item);
    const record = this.feet[foot ?? "unknown"];
    if (kind === "stride" && record) {
      if (past) record.keep(payload, heard);
      else record.addStride(payload, heard);
    } else if (kind === "shape" && record) record.addShape(payload);
    else if (past) return;
    else if (kind === "cue") keep(this.cues, { ...payload, heard });
    else if (kind === "mark") keep(this.marks, { ...payload, heard });
    else if (kind === "cmd/result") keep(this.results, { ...payload, heard });
  }
}

function keep(list, entry) {
  list.push(entry);
  if (list.length > KEPT_CUES) list.shift();
}

/** All runners, the broker, and whom to tell of changes. */
export class Store {
  constructor() {
    this.runners = new Map();
    this.broker = { up: false, why: null, address: "", since: null };
    this.refusals = [];
    this.changed = () => {};
  }

  get devices() {
    return [...this.runners.keys()].sort((a, b) => a.localeCompare(b));
  }

  take(message) {
    const takers = {
      hello: () => this.greet(message),
      messages: () => message.items.forEach((item) => this.runner(item.device).take(item)),
      broker: () => Object.assign(this.broker, message),
      refused: () => keep(this.refusals, message),
      gone: () => message.devices.forEach((device) => this.runners.delete(device)),
    };
    takers[message.type]?.();
    this.changed(message);
  }

  runner(device) {
    if (!this.runners.has(device)) this.runners.set(device, new Runner(device));
    return this.runners.get(device);
  }

  greet(hello) {
    Object.assign(this.broker, hello.broker);
    this.runners.clear();
    for (const told of hello.runners) {
      const runner = this.runner(told.device);
      for (const [foot, columns] of Object.entries(told.strides ?? {})) runner.feet[foot]?.fill(columns);
      [...told.latest].sort((a, b) => a.kind.localeCompare(b.kind)).forEach((item) => runner.take(item, true));
      const heard = (payload) => ({ ...payload, heard: Math.min(payload.t ?? hello.now, hello.now) });
      runner.cues = (told.cues ?? []).map(heard);
      runner.marks = (told.marks ?? []).map(heard);
    }
  }
}
