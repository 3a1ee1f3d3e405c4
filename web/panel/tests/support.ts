// Builders and doubles for the tests of the live line.
import type { Held } from "../src/lib/lines";
import type { Connector, Picture, Point } from "../src/lib/picture";
import type { Socket } from "../src/lib/shell";
import type { Since } from "../src/lib/live";

export function connector(changes: Partial<Connector> = {}): Connector {
  return {
    id: 1,
    ocpp_status: "Available",
    pilot_state: "A",
    relay: false,
    offered_a: 0,
    current_a: [0, 0, 0],
    voltage_v: [230, 0, 0],
    power_w: 0,
    energy_wh: 12_000,
    temperature_c: 25,
    transaction: null,
    faults: [],
    limit: {
      source: "device",
      title: "The station",
      code: 0,
      sentence: "The station itself gives at most 32 A.",
      limit_a: 32,
    },
    why: { code: "plug_in", sentence: "Ready. Plug in a car.", until: null },
    light: ["#0000ff", "#0000ff", 100],
    ...changes,
  };
}

export function picture(changes: Partial<Connector> = {}): Picture {
  return {
    station: {
      id: "CP-1",
      model: "Model",
      serial: "1",
      firmware: "1",
      phases: 1,
      rated_a: 32,
      rated_v: 230,
      virtual: true,
      zero_utc_ms: null,
      tag_bytes: 0,
    },
    connectors: { "1": connector(changes) },
    backend: { configured: true, connected: true, cut: false, queued: 0, set_aside: 0, problem: null },
    world: null,
    beside: {},
    lapse: null,
    notes: [],
    leds: {},
    today: null,
    after_restart: [],
    names: {},
  };
}

export function whole(seq = 1, epoch = "e1", at_ms = 1_000): string {
  return JSON.stringify({ kind: "whole", epoch, seq, at_ms, picture: picture(), curves: {} });
}

export function change(seq: number, parts: object = {}, at_ms = 1_000): string {
  return JSON.stringify({ kind: "change", seq, at_ms, ...parts });
}

export function alive(seq: number, at_ms = 1_000): string {
  return JSON.stringify({ kind: "alive", seq, at_ms });
}

export function held(changes: Partial<Held> = {}): Held {
  return { epoch: "e1", seq: 1, atMs: 1_000, picture: picture(), curves: {}, ...changes };
}

export function line(count: number, watts: (at: number) => number | null = () => 7_360): Point[] {
  return Array.from({ length: count }, (_, at) => [at * 1_000, watts(at), 7_360]);
}

/** A socket nobody is behind: the test says what it says. */
export class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  closed = false;

  constructor(readonly since: Since | null) {}

  close(): void {
    this.closed = true;
  }

  say(text: string): void {
    this.onmessage?.({ data: text });
  }

  /** The other side goes away. */
  breaks(): void {
    this.closed = true;
    this.onclose?.();
  }
}
