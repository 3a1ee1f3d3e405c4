import { expect, test } from "vitest";
import { lines, pretty } from "../src/diagnostics/shapes";
import { changeable, givable } from "../src/people/people";

test("what nobody laid out for eyes is lines of names and values", () => {
  expect(lines({ "1": { fitted: true, trouble: null, power_w: 0 } }, "meter")).toEqual([
    ["meter 1 fitted", "true"],
    ["meter 1 power_w", "0"],
  ]);
  expect(lines([1, null, 2], "clamp")).toEqual([["clamp", "1 · — · 2"]]);
});

test("a message's text is laid out where it is JSON, and left as it is where not", () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty("{broken")).toBe("{broken");
});

test("nobody gives a role above his own, nor changes who has one", () => {
  expect(givable("operator")).toEqual(["guest", "user", "operator"]);
  expect(givable(null)).toEqual([]);
  const maker = { name: "m", role: "manufacturer" as const, card: "", signed_in: 0 };
  expect(changeable("operator", maker)).toBe(false);
  expect(changeable("manufacturer", maker)).toBe(true);
});
