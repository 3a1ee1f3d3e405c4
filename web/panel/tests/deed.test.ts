import { describe, expect, test } from "vitest";
import { paused, result, type Deed, type Kind } from "../src/lib/deed";
import { reach } from "../src/lib/limits";
import { pauses } from "../src/lib/pauses";
import type { Connector, Limit, Point } from "../src/lib/picture";
import { connector } from "./support";

function deed(kind: Kind, changes: Partial<Deed> = {}): Deed {
  return { kind, stage: "accepted", amps: 0, reason: "", ...changes };
}

function limit(source: string, limit_a: number): Limit {
  return { source, title: source, code: 0, sentence: "", limit_a };
}

function under(...limits: Limit[]): Partial<Connector> {
  return { limits, limit: limits[0] ?? null };
}

const SESSION = {
  session: "s",
  id: 1,
  tag: "04A1",
  meter_start_wh: 0,
  phase: "running",
  price: null,
  currency: "",
};
const CHARGING: Partial<Connector> = {
  ocpp_status: "Charging",
  relay: true,
  offered_a: 32,
  transaction: SESSION,
};

describe("what is told of a wish", () => {
  test("is never more than the station has said", () => {
    expect(result(deed("start", { stage: "sent" }), connector(CHARGING), true).key).toBe("deed.sent");
    expect(result(deed("start"), connector(), true).tone).toBe("under_way");
    expect(result(deed("start"), connector(CHARGING), true)).toMatchObject({
      tone: "done",
      key: "deed.start.done",
    });
  });

  test("is a refusal with its reason", () => {
    const refused = deed("stop", { stage: "refused", reason: "Only the user may." });
    expect(result(refused, connector(), true)).toMatchObject({
      tone: "refused",
      words: { reason: "Only the user may." },
    });
  });

  test("is unknown without a line, and refused all the same where it was", () => {
    expect(result(deed("stop"), connector(), false).tone).toBe("unknown");
    expect(result(deed("stop", { stage: "refused" }), connector(), false).tone).toBe("refused");
  });

  test("a stop is done when the session has gone", () => {
    expect(result(deed("stop"), connector(CHARGING), true).tone).toBe("under_way");
    expect(result(deed("stop"), connector(), true).tone).toBe("done");
  });

  test("a pause is done when nothing can flow any more", () => {
    const lowering = connector({ ...CHARGING, ...under(limit("owner", 0)), offered_a: 0 });
    expect(result(deed("pause"), lowering, true).tone).toBe("under_way");
    expect(result(deed("pause"), { ...lowering, relay: false }, true).tone).toBe("done");
    expect(paused(lowering)).toBe(true);
  });

  test("a limit is done when it stands and is kept, and another may be lower", () => {
    const wish = deed("limit", { amps: 16 });
    const raised = connector({ ...CHARGING, ...under(limit("owner", 16)) });
    expect(result(wish, raised, true).tone).toBe("under_way");
    expect(result(wish, { ...raised, offered_a: 16 }, true).key).toBe("deed.limit.done");
    const lower = connector({ ...CHARGING, offered_a: 10, ...under(limit("clamp", 10), limit("owner", 16)) });
    expect(result(wish, lower, true)).toMatchObject({
      key: "deed.limit.lower",
      words: { amps: 16, granted: 10 },
    });
  });
});

describe("how far the slider goes", () => {
  test("is the least of what the others allow, and says whose it is", () => {
    const found = reach(connector(under(limit("owner", 8), limit("cable", 20), limit("device", 32))), 32);
    expect(found).toMatchObject({ mostA: 20, by: { source: "cable" } });
  });

  test("is not bounded by a pause of somebody else", () => {
    expect(reach(connector(under(limit("backend", 0), limit("device", 32))), 32).mostA).toBe(32);
  });
});

describe("pauses", () => {
  const curve = (points: Point[]) => ({ session: "s", from_ms: 0, points });
  const at = (second: number, power: number | null, limitW: number): Point => [second * 1_000, power, limitW];

  test("are stretches under a limit that lets nothing flow, or in which the car takes nothing", () => {
    const points = [
      at(0, 7_000, 7_360),
      at(60, 0, 0),
      at(120, 7_000, 7_360),
      at(180, 0, 7_360),
      at(240, 0, 7_360),
    ];
    expect(pauses(curve(points), 1_380, 300_000)).toEqual([
      { fromS: 60, toS: 120, limited: true },
      { fromS: 180, toS: 300, limited: false },
    ]);
  });

  test("are no gaps of what is known, and nothing short", () => {
    const points = [at(0, 0, 7_360), at(5, 7_000, 7_360), at(60, null, 7_360), at(200, 7_000, 7_360)];
    expect(pauses(curve(points), 1_380, null)).toEqual([]);
  });
});
