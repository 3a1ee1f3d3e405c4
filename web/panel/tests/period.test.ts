import { expect, test } from "vitest";
import { dayIn, neighbour, periodName, periodOf, slotName, slots, spread } from "../src/history/period";
import { byDay, type SessionRow } from "../src/history/records";

test("a day, a month and twelve months have their first and last day", () => {
  expect(periodOf("day", "2026-02-28")).toMatchObject({
    first: "2026-02-28",
    last: "2026-02-28",
    tier: "hour",
  });
  expect(periodOf("month", "2028-02-10")).toMatchObject({
    first: "2028-02-01",
    last: "2028-02-29",
    tier: "day",
  });
  expect(periodOf("year", "2026-03-29")).toMatchObject({
    first: "2025-04-01",
    last: "2026-03-31",
    tier: "month",
  });
});

test("before and after are neighbours without a gap", () => {
  expect(neighbour(periodOf("day", "2026-01-01"), -1).first).toBe("2025-12-31");
  expect(neighbour(periodOf("month", "2026-01-31"), 1)).toMatchObject({
    first: "2026-02-01",
    last: "2026-02-28",
  });
  expect(neighbour(periodOf("year", "2026-03-01"), -1)).toMatchObject({
    first: "2024-04-01",
    last: "2025-03-31",
  });
});

test("every slot is a bar, whether there was energy or not", () => {
  expect(slots(periodOf("day", "2026-03-29"))).toHaveLength(24);
  expect(slots(periodOf("month", "2026-02-01"))).toHaveLength(28);
  const year = slots(periodOf("year", "2026-03-01"));
  expect([year.length, year[0], year[11]]).toEqual([12, "2025-04", "2026-03"]);
});

test("an hour that comes twice, when summer time ends, is one bar", () => {
  const records = [
    { begin: "2026-10-25T02:00:00+02:00", wh: 100 },
    { begin: "2026-10-25T02:00:00+01:00", wh: 200 },
  ];
  const bars = spread(periodOf("day", "2026-10-25"), records);
  expect(bars.find(({ slot }) => slot === "2026-10-25T02")?.wh).toBe(300);
});

test("an address that names no day is none", () => {
  expect([dayIn("2026-03"), dayIn("2026-03-29"), dayIn("2026-99"), dayIn("x"), dayIn(undefined)]).toEqual([
    "2026-03-01",
    "2026-03-29",
    null,
    null,
    null,
  ]);
});

test("periods and slots speak the language", () => {
  expect(periodName(periodOf("month", "2026-03-01"), "de")).toBe("März 2026");
  expect(slotName("2026-03", "month", "it", true)).toBe("marzo 2026");
  expect(slotName("2026-03-29T14", "hour", "en")).toBe("14:00");
});

test("sessions come under the day they began on, in the order they came in", () => {
  const row = (session: string, began: string | null) => ({ session, began }) as SessionRow;
  const days = byDay([row("c", "2026-03-29T10:00:00"), row("b", "2026-03-29T01:00:00"), row("a", null)]);
  expect(days.map(([day, rows]) => [day, rows.length])).toEqual([
    ["2026-03-29", 2],
    ["", 1],
  ]);
});
