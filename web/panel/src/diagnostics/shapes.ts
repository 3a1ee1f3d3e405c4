// What the words of the diagnostics answer with, as docs/reference/operations.md has it. Unknown values are null.

import type { Note } from "../lib/picture";

export interface Innards {
  pilot_high_v: number | null;
  pilot_low_v: number | null;
  duty_percent: number | null;
  proximity_ohm: number | null;
  cable_a: number | null;
  contacts: { live: boolean | null; neutral: boolean | null } | null;
  relay: boolean | null;
  lock: boolean | string | null;
  temperatures_c: (number | null)[] | null;
  residual_ac_ma: number | null;
  residual_dc_ma: number | null;
  neutral_pe_v: number | null;
  clamp_a: (number | null)[] | null;
  voltage_v: (number | null)[] | null;
  current_a: (number | null)[] | null;
  wake_ups: number | null;
  link: unknown;
  settings: unknown;
}

export interface Diagnosis {
  connectors: Record<string, Innards>;
  meter: unknown;
  uptime_s: number | null;
  boot: number | string | null;
  reset_reason: string | number | null;
  model_hash: string | null;
  disk: string | null;
  upload: Upload | null;
}

/** The last file the operator asked for. */
export interface Upload {
  file: string;
  status: string;
  failure: number | null;
  name: string | null;
  sentence: string | null;
}

export interface LoggedEvent {
  at: string | null;
  estimated: boolean;
  connector: number;
  kind: string;
  code: string;
  sentence: string;
  words: Record<string, string | number>;
  times?: number;
}

export interface SecurityEvent {
  at: string | null;
  connector: number;
  setting: string;
  old: number | null;
  new: number | null;
  role: string | null;
  taken: boolean | null;
  /** Of an alarm of OCPP's security whitepaper, its type; "" of a setting. */
  kind?: string;
  info?: string;
}

export interface OcppMessage {
  at: string | null;
  direction: "sent" | "received";
  action: string;
  id: string;
  sentence: string;
  text: unknown;
  answer: unknown;
}

/** What a car or the station said to the other; `text` is the message's body as JSON, in the standard's names. */
export interface CarMessage {
  at: string | null;
  name: string;
  sentence: string;
  text: string;
}

/** A question of the car's and its answer; without a name it is a note, which nobody said. */
export interface Exchange extends CarMessage {
  number: number;
  connector: number;
  protocol: string | null;
  answer: (CarMessage & { code: string }) | null;
}

export interface SelfTest {
  name: string;
  ok: boolean | null;
  sentence: string;
  advice: string;
  told: Note[];
  advised: Note[];
}

export interface AsideSession {
  session: string;
  entries: number;
  began: string | null;
  estimated?: boolean;
}

/** What is inside of a value nobody laid out for eyes, as lines of names and texts. */
export function lines(value: unknown, under = ""): [name: string, text: string][] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [[under, value.map((each) => plain(each)).join(" · ")]];
  if (typeof value !== "object") return [[under, plain(value)]];
  return Object.entries(value).flatMap(([name, inner]) => lines(inner, under ? `${under} ${name}` : name));
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A message's text for reading. */
export function pretty(text: unknown): string {
  if (typeof text !== "string") return JSON.stringify(text, null, 2);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
