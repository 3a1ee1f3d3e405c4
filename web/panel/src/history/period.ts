// A stretch of the station's calendar: a day, a month, or the twelve months up to one. Days are texts: 2026-03-29.

export type By = "day" | "month" | "year";
export type Tier = "hour" | "day" | "month";

export interface Period {
  by: By;
  /** First and last local day, both included. */
  first: string;
  last: string;
  /** What its bars stand for. */
  tier: Tier;
}

const TIER: Record<By, Tier> = { day: "hour", month: "day", year: "month" };
const MONTHS = 12;

/** The period of this kind that this day lies in. */
export function periodOf(by: By, day: string): Period {
  const [first, last] = BOUNDS[by](date(day));
  return { by, first: text(first), last: text(last), tier: TIER[by] };
}

const BOUNDS: Record<By, (at: Date) => [Date, Date]> = {
  day: (at) => [at, at],
  month: (at) => [moved(at, 0, 1), moved(at, 1, 0)],
  year: (at) => [moved(at, 1 - MONTHS, 1), moved(at, 1, 0)],
};

/** The period before it, or after it. */
export function neighbour({ by, last }: Period, steps: -1 | 1): Period {
  const at = date(last);
  if (by === "day") return periodOf(by, text(new Date(at.getTime() + steps * 86_400_000)));
  return periodOf(by, text(moved(at, steps * (by === "year" ? MONTHS : 1), 1)));
}

/** The names of all its bars, in their order, as records begin: 2026-03-29T14, 2026-03-29 or 2026-03. */
export function slots({ tier, first, last }: Period): string[] {
  if (tier === "hour")
    return Array.from({ length: 24 }, (_, hour) => `${first}T${String(hour).padStart(2, "0")}`);
  const found = [];
  const end = date(last).getTime();
  for (
    let at = date(first);
    at.getTime() <= end;
    at = tier === "day" ? moved(at, 0, at.getUTCDate() + 1) : moved(at, 1, 1)
  ) {
    found.push(text(at).slice(0, tier === "day" ? 10 : 7));
  }
  return found;
}

/** The energy of each slot: two hours of one name, when summer time ends, are one bar. */
export function spread(
  period: Period,
  records: readonly { begin: string; wh: number }[],
): { slot: string; wh: number }[] {
  const names = slots(period);
  const width = names[0]?.length ?? 0;
  const sums = new Map(names.map((slot) => [slot, 0]));
  for (const { begin, wh } of records) {
    const slot = begin.slice(0, width);
    const before = sums.get(slot);
    if (before !== undefined) sums.set(slot, before + wh);
  }
  return [...sums].map(([slot, wh]) => ({ slot, wh }));
}

/** A day or month that somebody wrote into an address; null where it is none. */
export function dayIn(said: string | undefined): string | null {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(said ?? "");
  if (match === null) return null;
  const day = `${match[1]}-${match[2]}-${match[3] ?? "01"}`;
  const at = date(day);
  return Number.isNaN(at.getTime()) ? null : text(at);
}

/** A slot for people: "14:00", "29", "Mar"; in full where it stands alone. */
export function slotName(slot: string, tier: Tier, language: string, full = false): string {
  if (tier === "hour") return `${slot.slice(11)}:00`;
  const at = date(tier === "month" ? `${slot}-01` : slot);
  const say = (options: Intl.DateTimeFormatOptions) =>
    at.toLocaleDateString(language, { ...options, timeZone: "UTC" });
  if (tier === "month") return say(full ? { month: "long", year: "numeric" } : { month: "short" });
  return full ? say({ weekday: "long", day: "numeric", month: "long" }) : String(at.getUTCDate());
}

/** A period for people. */
export function periodName({ by, first, last }: Period, language: string): string {
  const say = (day: string, options: Intl.DateTimeFormatOptions) =>
    date(day).toLocaleDateString(language, { ...options, timeZone: "UTC" });
  if (by === "day") return say(first, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
  if (by === "month") return say(first, { month: "long", year: "numeric" });
  return `${say(first, { month: "short", year: "numeric" })} – ${say(last, { month: "short", year: "numeric" })}`;
}

function date(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function text(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** This day of the month so many months on; day 0 is the last of the month before. */
function moved(from: Date, months: number, day: number): Date {
  return new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, day));
}
