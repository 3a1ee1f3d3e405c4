import { expect, test } from "vitest";
import { clockOf, spans, ticks, type Preview } from "../src/settings/chart";

const step = (at: string, limit_a: number, source = "schedule") => ({ at, limit_a, source, sentence: "" });
const PREVIEW: Preview = {
  from: "2026-11-22T10:00:00+00:00",
  zone: "Europe/London",
  steps: [
    step("2026-11-22T10:00:00+00:00", 32, "device"),
    step("2026-11-22T16:00:00+00:00", 0),
    step("2026-11-22T17:00:00+00:00", 0),
    step("2026-11-22T22:00:00+00:00", 16),
  ],
};

test("each step lasts until the next that says something else, the last to the end of the day", () => {
  expect(spans(PREVIEW).map(({ begin, end, limit_a }) => [begin, end, limit_a])).toEqual([
    [0, 0.25, 32],
    [0.25, 0.5, 0],
    [0.5, 1, 16],
  ]);
});

test("the axis names the station's own hours, whatever the browser's are", () => {
  expect(ticks(PREVIEW).map((each) => each.label)).toEqual(["12:00", "18:00", "00:00", "06:00"]);
  expect(clockOf("2026-11-22T22:00:00+05:30")).toBe("22:00");
});
