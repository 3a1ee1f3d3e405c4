// The weekly plan: the text of the key c_ChargeSchedule, and rows to edit. Pure.

export const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] as const;

/** Within these hours of these days at most so many amperes; 0 is a pause. */
export interface PlanRow {
  days: boolean[];
  from: string;
  to: string;
  amps: number;
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The rows of a text; null of one that cannot be read. */
export function rowsOf(text: string): PlanRow[] | null {
  const parts = text
    .split(";")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const rows = parts.map(rowOf);
  return rows.every((each) => each !== null) ? rows : null;
}

function rowOf(text: string): PlanRow | null {
  const found = /^([A-Za-z,\- ]+?)\s+(\d\d:\d\d)-(\d\d:\d\d)\s+(\d+(?:\.\d+)?)$/.exec(text);
  const [, names, from, to, amps] = found ?? [];
  if (names === undefined || from === undefined || to === undefined) return null;
  const days = daysOf(names);
  if (days === null || !TIME.test(from) || !(TIME.test(to) || to === "24:00")) return null;
  return { days, from, to, amps: Number(amps) };
}

function daysOf(text: string): boolean[] | null {
  const days = DAYS.map(() => false);
  for (const part of text.split(",").map((each) => each.trim())) {
    const ends = part.split("-").map((each) => DAYS.findIndex((day) => day === each.trim()));
    const [first, last] = [ends[0] ?? -1, ends[ends.length - 1] ?? -1];
    if (ends.length > 2 || first < 0 || last < 0) return null;
    for (let at = first; ; at = (at + 1) % 7) {
      days[at] = true;
      if (at === last) break;
    }
  }
  return days;
}

/** The text of rows; those without a day say nothing and are left out. */
export function textOf(rows: PlanRow[]): string {
  return rows
    .filter((each) => each.days.includes(true))
    .map((each) => `${dayText(each.days)} ${each.from}-${each.to} ${each.amps}`)
    .join(";");
}

/** Three days or more in a row are written as a range. */
export function dayText(days: boolean[], names: readonly string[] = DAYS): string {
  const runs: [first: number, last: number][] = [];
  days.forEach((chosen, at) => {
    const run = runs[runs.length - 1];
    if (!chosen) return;
    if (run && run[1] === at - 1) run[1] = at;
    else runs.push([at, at]);
  });
  return runs
    .map(([first, last]) => {
      if (last - first >= 2) return `${names[first]}-${names[last]}`;
      return last === first ? names[first] : `${names[first]},${names[last]}`;
    })
    .join(",");
}

/** Whether the hours go over midnight. */
export function overMidnight(row: PlanRow): boolean {
  return row.to <= row.from;
}

/** A period like `enable,08:00,11:00`. */
export interface OffPeriod {
  on: boolean;
  from: string;
  to: string;
}

export function periodOf(text: string): OffPeriod | null {
  const [word, from, to] = text.replace(/\s/g, "").toLowerCase().split(",");
  if ((word !== "enable" && word !== "disable") || !from || !to) return null;
  return { on: word === "enable", from, to };
}

export function periodText({ on, from, to }: OffPeriod): string {
  return `${on ? "enable" : "disable"},${from},${to}`;
}
