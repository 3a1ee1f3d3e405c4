// What the station answers about its past.

export interface SessionRow {
  session: string;
  connector: number;
  tag: string;
  who: string;
  began: string | null;
  ended: string | null;
  estimated: boolean;
  seconds: number | null;
  energy_wh: number | null;
  cost: string | null;
  currency: string;
  reason: string | null;
  meter_start_wh: number | null;
  meter_stop_wh: number | null;
  transaction: number | null;
  open: boolean;
}

export interface Sessions {
  sessions: SessionRow[];
  totals: { count: number; energy_wh: number; cost: string | null; seconds: number };
  currency: string;
  more: boolean;
}

export interface Energy {
  by: string;
  records: { begin: string; wh: number }[];
  undated_wh: number;
}

export interface PastCurve {
  session: string;
  from_ms: number | null;
  points: [ms: number, powerW: number | null, limitW: number][];
}

/** The sessions under the local day they began on, "" for those of which nobody knows it. */
export function byDay(sessions: readonly SessionRow[]): [day: string, rows: SessionRow[]][] {
  const days = new Map<string, SessionRow[]>();
  for (const row of sessions) {
    const day = row.began?.slice(0, 10) ?? "";
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return [...days];
}
