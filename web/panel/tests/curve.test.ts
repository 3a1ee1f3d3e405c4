import { describe, expect, test } from "vitest";
import { columns, extend, MOST_POINTS, thin } from "../src/lib/curve";
import type { Point } from "../src/lib/picture";
import { line } from "./support";

describe("thinning", () => {
  test("leaves a short curve alone", () => {
    const points = line(MOST_POINTS);
    expect(thin(points)).toBe(points);
  });

  test("keeps the first and the last, and the order", () => {
    const points = line(5_001);
    const kept = thin(points);
    expect(kept.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(kept[0]).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    const times = kept.map(([at]) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test("keeps a gap of a single point", () => {
    const kept = thin(line(4_000, (at) => (at === 2_222 ? null : 7_360)));
    expect(kept.some(([, power]) => power === null)).toBe(true);
  });

  test("keeps a peak", () => {
    const kept = thin(line(4_000, (at) => (at === 1_333 ? 11_000 : 7_360)));
    expect(kept.some(([, power]) => power === 11_000)).toBe(true);
  });

  test("ends, even where every point matters", () => {
    const points = line(9_000, (at) => (at % 2 ? null : 7_360)).map(([at, p], i): Point => [at, p, i]);
    expect(thin(points).length).toBeLessThanOrEqual(MOST_POINTS);
  });
});

describe("growing", () => {
  test("a curve that was not there begins with its first point", () => {
    expect(extend(undefined, "s", [[5_000, 1, 2]])).toEqual({
      session: "s",
      from_ms: 5_000,
      points: [[5_000, 1, 2]],
    });
  });

  test("points after the end of the session still belong to it", () => {
    const curve = { session: "s", from_ms: 0, points: line(1) };
    expect(extend(curve, null, [[5_000, 0, 0]])).toMatchObject({ session: "s", points: { length: 2 } });
  });
});

describe("columns", () => {
  const curve = {
    session: "s",
    from_ms: 1_000,
    points: [
      [1_000, 7_360, 7_360],
      [2_000, null, 2_300],
    ] as Point[],
  };

  test("are seconds since the start and kW, a gap stays a gap", () => {
    expect(columns(curve, null)).toEqual({ seconds: [0, 1], power: [7.36, null], limit: [7.36, 2.3] });
  });

  test("carry the limit on until now, and no power nobody has measured", () => {
    expect(columns(curve, 5_000)).toEqual({
      seconds: [0, 1, 4],
      power: [7.36, null, null],
      limit: [7.36, 2.3, 2.3],
    });
  });

  test("say the limit where it changes, and at the end", () => {
    const { limit } = columns({ session: "s", from_ms: 0, points: line(4) }, null);
    expect(limit).toEqual([7.36, undefined, undefined, 7.36]);
  });
});
