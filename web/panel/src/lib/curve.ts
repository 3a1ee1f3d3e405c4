// The curve of a session in the page: new points go to its end, and it never grows beyond what a screen shows.
import type { Curve, Point } from "./picture";

export const MOST_POINTS = 2_000;

/** The curve with new points. Points of another session, which `session` names, begin it anew. */
export function extend(curve: Curve | undefined, session: string | null, points: Point[]): Curve {
  const first = points[0];
  const goesOn = curve !== undefined && (session === null || session === curve.session);
  if (goesOn) return { ...curve, points: thin([...curve.points, ...points]) };
  return { session, from_ms: first ? first[0] : 0, points: thin(points) };
}

/** At most `most` points: of each two the one that says more, and always the first and the last. */
export function thin(points: Point[], most = MOST_POINTS): Point[] {
  let kept = points;
  while (kept.length > Math.max(most, 3)) kept = halve(kept);
  return kept;
}

function halve(points: Point[]): Point[] {
  const kept = points.slice(0, 1);
  for (let at = 1; at < points.length - 1; at += 2) {
    kept.push(weightier(kept[kept.length - 1], points[at], points[at + 1], at + 2 >= points.length));
  }
  const last = points[points.length - 1];
  if (last && kept[kept.length - 1] !== last) kept.push(last);
  return kept;
}

function weightier(
  before: Point | undefined,
  one: Point | undefined,
  two: Point | undefined,
  end: boolean,
): Point {
  if (!one || !two || !before) throw new RangeError("A pair of points lies inside the curve.");
  if (end) return one; // the last point stays anyway
  return weight(before, one) >= weight(before, two) ? one : two;
}

/** A gap weighs more than a step of the limit, and that more than any change of power. */
function weight(before: Point, point: Point): number {
  if (point[1] === null) return before[1] === null ? 0 : Infinity;
  const step = point[2] === before[2] ? 0 : 1e9;
  return step + Math.abs(point[1] - (before[1] ?? 0));
}

export interface Columns {
  seconds: number[];
  power: (number | null)[];
  /** Undefined where it goes on as before: a dashed line is then drawn in one go. */
  limit: (number | undefined)[];
}

/** As the chart wants it: seconds since the session began, kW. The limit holds until `untilMs`. */
export function columns(curve: Curve, untilMs: number | null): Columns {
  const { from_ms, points } = curve;
  const seconds = points.map(([at]) => (at - from_ms) / 1_000);
  const power = points.map(([, watts]) => (watts === null ? null : watts / 1_000));
  const limit = points.map(([, , watts], at) =>
    at > 0 && at < points.length - 1 && watts === points[at - 1]?.[2] ? undefined : watts / 1_000,
  );
  const last = points[points.length - 1];
  if (last && untilMs !== null && untilMs > last[0]) {
    seconds.push((untilMs - from_ms) / 1_000);
    power.push(null);
    limit.push(last[2] / 1_000);
  }
  return { seconds, power, limit };
}
