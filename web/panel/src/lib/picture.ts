// What the station sends, as its reference says: docs/reference/panel.md. Unknown values are null.

export interface Plate {
  id: string;
  model: string;
  serial: string;
  firmware: string;
  phases: number;
  rated_a: number;
  rated_v: number;
  virtual: boolean;
  zero_utc_ms: number | null;
  /** A card's tag that is shorter stands in sessions filled up with zeros. */
  tag_bytes: number;
  /** Whether it can talk with a car by ISO 15118. */
  digital?: boolean;
}

/** What a sentence is filled with; a word that is there no more is null. */
export type Words = Record<string, string | number | null>;

/** A sentence of the station's, by its code. */
export interface Note {
  code: string;
  sentence: string;
  words?: Words | undefined;
}

export interface Why {
  code: string;
  sentence: string;
  until: number | null;
  words?: Words;
  /** The source of the limit, where one is the reason. */
  limit?: string | null;
}

export interface Fault {
  code: number;
  name: string;
  sentence: string;
  advice: string;
}

export interface Limit {
  source: string;
  title: string;
  code: number;
  sentence: string;
  limit_a: number;
  words?: Words;
  until?: number | null;
  holds?: string;
}

export interface Transaction {
  session: string;
  id: number | null;
  tag: string;
  meter_start_wh: number;
  phase: string;
  /** Of a kWh when it began, a decimal text. */
  price: string | null;
  currency: string;
}

/** What the car has said of itself in its conversation with the station, as far as it has. */
export interface CarTalk {
  /** "" until one is agreed on. */
  protocol: string;
  phase: string;
  /** The phase in English. */
  sentence: string;
  soc_percent: number | null;
  wants_wh: number | null;
  /** When it wants to leave, by the station's clock in microseconds. */
  leaves: number | null;
  max_current_ma: number | null;
  min_current_ma: number | null;
  charges: boolean;
}

export type PerPhase = (number | null)[];
export type Light = [first: string, second: string, percent: number];

export interface Connector {
  id: number;
  ocpp_status: string | null;
  pilot_state: string;
  relay: boolean | null;
  offered_a: number;
  current_a: PerPhase;
  voltage_v: PerPhase;
  power_w: number | null;
  energy_wh: number | null;
  temperature_c: number | null;
  transaction: Transaction | null;
  faults: Fault[];
  limit: Limit | null;
  /** All that stand, the winner first. */
  limits?: Limit[];
  why: Why;
  light: Light;
  /** null while no car talks. */
  car?: CarTalk | null;
}

export interface Backend {
  configured: boolean;
  connected: boolean;
  cut: boolean;
  queued: number;
  set_aside: number;
  problem: string | null;
  /** The same by its code, where it is a known one. */
  trouble?: Note | null;
  /** Of each simulated interface, whether it could carry the line; empty where they are real ones. */
  interfaces?: Record<string, boolean | null>;
  /** The one in use, and whether it is the main one or the fallback. */
  interface?: string | null;
  part?: string | null;
}

export interface World {
  plugged: boolean;
  cable_a: number | null;
  car: string;
  wants: boolean;
  soc_percent: number;
  relay: boolean;
  locked: boolean;
  house_a: number[];
  voltage_v: number[];
  temperature_c: number;
  misbehaviours: string[];
  causes: string[];
  clamp: string;
  car_a: number;
  /** How the car talks; null where the station cannot. */
  digital?: "off" | "iso2" | null;
}

export interface Lapse {
  speed: number;
  reached: number | null;
  story: string | null;
  note: string | null;
}

/** A small light of the controller: two colours, how long each is shown (0: steady), its brightness. */
export type Lamp = [first: string, second: string, onMs: number, offMs: number, percent: number];

export interface Led {
  state: string;
  lamps: Lamp[];
}

export interface Picture {
  station: Plate;
  connectors: Record<string, Connector>;
  backend: Backend;
  world: World | null;
  lapse: Lapse | null;
  beside: Record<string, World>;
  notes: Note[];
  leds: Record<string, Led>;
  /** The day where the station is, 2026-03-29; null while nobody knows the time. */
  today: string | null;
  /** Keys that were changed and count after a restart. */
  after_restart: string[];
  /** Whose cards charge now, by their tags, as far as one may know. */
  names: Record<string, string | null>;
}

export type Point = [atMs: number, powerW: number | null, limitW: number];

export interface Curve {
  session: string | null;
  from_ms: number;
  points: Point[];
}

export type Curves = Record<string, Curve>;

/** What can be caused on a virtual station, GET /api/bench. */
export interface BenchTable {
  causes: Fault[];
  misbehaviours: { name: string; sentence: string }[];
  cables_a: number[];
}
