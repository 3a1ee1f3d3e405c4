// How far the owner's limit can be moved: from what a pilot can offer to what everything else allows.
import type { Connector, Limit } from "./picture";

/** Below it a pilot cannot offer a current. */
export const LEAST_A = 6;

export interface Reach {
  mostA: number;
  /** Who allows no more; null where it is the station's rating itself. */
  by: Limit | null;
}

/** The least of the other standing limits; one below 6 A is a pause and bounds nothing here. */
export function reach({ limit, limits }: Pick<Connector, "limit" | "limits">, ratedA: number): Reach {
  const standing = (limits ?? (limit ? [limit] : [])).filter(
    ({ source, limit_a }) => source !== "owner" && limit_a >= LEAST_A && limit_a <= ratedA,
  );
  const by = standing.reduce<Limit | null>(
    (least, each) => (least && least.limit_a <= each.limit_a ? least : each),
    null,
  );
  return { mostA: Math.floor(by?.limit_a ?? ratedA), by };
}
