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
}

export interface Why {
  code: string;
  sentence: string;
  until: number | null;
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
  until?: number | null;
  holds?: string;
}

export interface Transaction {
  session: string;
  id: number | null;
  tag: string;
  meter_start_wh: number;
  phase: string;
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
}

export interface Backend {
  configured: boolean;
  connected: boolean;
  cut: boolean;
  queued: number;
  set_aside: number;
  problem: string | null;
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
  notes: string[];
  leds: Record<string, Led>;
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
