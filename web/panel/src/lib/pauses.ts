// The pauses of a session: stretches of its curve in which nothing may flow, or nothing does.
import type { Curve } from "./picture";

/** Less than this is no charging. */
const NOTHING_W = 60;
/** A shorter stretch is the car or the station getting ready. */
const SHORTEST_S = 20;

export interface Pause {
  fromS: number;
  toS: number;
  /** Whether a limit brought it about; else the car takes nothing. */
  limited: boolean;
}

/** In their order. `leastW` is the least power that can be offered; the curve goes on until `untilMs`. */
export function pauses({ from_ms, points }: Curve, leastW: number, untilMs: number | null): Pause[] {
  const found: Pause[] = [];
  points.forEach(([at, watts, limitW], index) => {
    const end = points[index + 1]?.[0] ?? untilMs ?? at;
    const limited = limitW < leastW;
    if (!limited && (watts === null || watts >= NOTHING_W)) return;
    const [fromS, toS] = [(at - from_ms) / 1_000, (end - from_ms) / 1_000];
    const before = found[found.length - 1];
    if (before && before.toS === fromS && before.limited === limited) before.toS = toS;
    else found.push({ fromS, toS, limited });
  });
  return found.filter(({ fromS, toS }) => toS - fromS >= SHORTEST_S);
}
