import { expect, test } from "vitest";
import { dayText, overMidnight, periodOf, periodText, rowsOf, textOf } from "../src/settings/schedule";

const WORKDAYS = [true, true, true, true, true, false, false];

test("a plan's text becomes rows and the same text again", () => {
  const text = "Mo-Fr 22:00-06:00 16;Sa,Su 00:00-24:00 0";
  const rows = rowsOf(text);
  expect(rows).toEqual([
    { days: WORKDAYS, from: "22:00", to: "06:00", amps: 16 },
    { days: WORKDAYS.map((each) => !each), from: "00:00", to: "24:00", amps: 0 },
  ]);
  expect(textOf(rows ?? [])).toBe(text);
});

test("no text is a plan without rows", () => {
  expect(rowsOf("")).toEqual([]);
  expect(textOf([])).toBe("");
});

test("days go over the end of the week", () => {
  expect(rowsOf("Sa-Mo 10:00-12:00 6")?.[0]?.days).toEqual([true, false, false, false, false, true, true]);
});

test.each([
  [[true, false, true, false, false, false, true], "Mo,We,Su"],
  [[true, true, false, false, false, false, false], "Mo,Tu"],
  [Array(7).fill(true), "Mo-Su"],
])("days are written as briefly as they can be read", (days, text) => {
  expect(dayText(days as boolean[])).toBe(text);
});

test.each(["Xx 10:00-12:00 6", "Mo 25:00-12:00 6", "Mo 10:00-12:00", "Mo-Tu-We 10:00-12:00 6", "nonsense"])(
  "what is no plan is not guessed at: %s",
  (text) => expect(rowsOf(text)).toBeNull(),
);

test("a row without a day says nothing", () => {
  expect(textOf([{ days: Array<boolean>(7).fill(false), from: "10:00", to: "11:00", amps: 6 }])).toBe("");
});

test("hours that end before they begin go over midnight", () => {
  const row = { days: WORKDAYS, from: "22:00", to: "06:00", amps: 16 };
  expect(overMidnight(row)).toBe(true);
  expect(overMidnight({ ...row, to: "24:00" })).toBe(false);
});

test("a period of peak hours keeps its hours while it is off", () => {
  expect(periodOf("disable, 08:00, 11:00")).toEqual({ on: false, from: "08:00", to: "11:00" });
  expect(periodText({ on: true, from: "08:00", to: "11:00" })).toBe("enable,08:00,11:00");
  expect(periodOf("sometimes")).toBeNull();
});
