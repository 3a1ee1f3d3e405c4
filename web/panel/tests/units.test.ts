import { expect, test } from "vitest";
import { speech } from "../src/lib/i18n.svelte";
import { bounds, shown, unitOf, written, type KeyRow } from "../src/settings/units";

function row(change: Partial<KeyRow>): KeyRow {
  return {
    name: "c_MainFuseLimit",
    group: "electricity",
    kind: { type: "integer", min: 60, max: 10_000, nullable: false },
    unit: "A/10",
    help: "",
    value: "600",
    factory: "600",
    readonly: false,
    secret: false,
    reboot: false,
    everyday: false,
    least: "operator",
    local: false,
    ...change,
  };
}

test("tenths of an ampere are read and typed as amperes", () => {
  const fuse = row({});
  expect(unitOf(fuse)).toBe("A");
  expect(shown(fuse, "605")).toBe("60.5");
  expect(written(fuse, "60.5")).toBe("605");
  expect(bounds(fuse)).toEqual({ min: 6, max: 1_000 });
});

test("a comma is a point to whoever types one", () => {
  expect(written(row({}), " 13,5 ")).toBe("135");
  expect(written(row({ kind: { type: "decimal" }, unit: "" }), "0,30")).toBe("0.30");
});

test("what is no number goes to the station as it is, for its own reason", () => {
  expect(written(row({}), "much")).toBe("much");
  expect(written(row({ kind: { type: "decimal" }, unit: "" }), "a lot")).toBe("a lot");
});

test("nothing is null where a key knows it, and nothing where not", () => {
  const timeout = row({ kind: { type: "integer", min: 10, max: 604_800, nullable: true }, unit: "s" });
  expect(written(timeout, "")).toBe("null");
  expect(shown(timeout, null)).toBe("");
  expect(written(row({ kind: { type: "text" }, unit: "" }), "")).toBe("");
});

test("people read and write the decimal sign of their language", () => {
  const fuse = row({ unit: "A/10", kind: { type: "integer", min: 60, max: 10_000 } });
  const price = row({ unit: "", kind: { type: "decimal" } });
  speech.language = "de";
  try {
    expect([shown(fuse, "135"), shown(price, "0.30")]).toEqual(["13,5", "0,30"]);
    expect([written(fuse, "13,5"), written(price, "0,30")]).toEqual(["135", "0.30"]);
  } finally {
    speech.language = "en";
  }
});

test("other units stay as they are", () => {
  const delay = row({ unit: "s", kind: { type: "integer", min: 0, max: 1_800 } });
  expect(shown(delay, "600")).toBe("600");
  expect(bounds(delay)).toEqual({ min: 0, max: 1_800 });
  expect(bounds(row({ kind: { type: "text" } }))).toBeNull();
});
