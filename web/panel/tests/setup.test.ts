import { describe, expect, test } from "vitest";
import { COUNTRIES, countryOf, proposal } from "../src/setup/countries";
import { verdict } from "../src/setup/meter";
import { after, before, isStep, STEPS, strength } from "../src/setup/steps";
import { periodOf } from "../src/settings/schedule";

describe("countries", () => {
  test("each is proposed with a zone this browser knows, a currency and two periods", () => {
    for (const country of COUNTRIES) {
      if (country.zone !== "")
        expect(() => new Intl.DateTimeFormat("en", { timeZone: country.zone })).not.toThrow();
      expect(country.currency).toMatch(/^[A-Z]{3}$/);
      expect(country.peaks.map(periodOf)).not.toContain(null);
      expect(country.delay).toBeLessThanOrEqual(1_800);
    }
  });

  test("Great Britain asks for hours off the peak and a random delay, as its regulations do", () => {
    const set = new Map(countryOf("GB") ? proposal(countryOf("GB")!) : []);
    expect(set.get("c_ChargeOffPeriod1")).toBe("enable,08:00,11:00");
    expect(set.get("c_ChargeOffPeriod2")).toBe("enable,16:00,22:00");
    expect(set.get("c_MaxStartDelay")).toBe("600");
    expect(set.get("TimeZone")).toBe("Europe/London");
  });

  test("elsewhere nobody waits for the clock, and another country leaves the zone to who knows it", () => {
    const other = COUNTRIES.find((each) => each.code === "");
    expect(other && new Map(proposal(other)).has("TimeZone")).toBe(false);
    for (const country of COUNTRIES.filter((each) => each.code !== "GB")) {
      expect(country.delay).toBe(0);
      expect(country.peaks.every((each) => each.startsWith("disable"))).toBe(true);
    }
  });
});

describe("steps", () => {
  test("every step has one before and one after it, but for the ends", () => {
    expect(before("language")).toBeNull();
    expect(after("summary")).toBeNull();
    for (const step of STEPS.slice(1)) expect(after(before(step)!)).toBe(step);
  });

  test("what the station keeps may be no step: the set-up was not begun, or is done", () => {
    expect(isStep("")).toBe(false);
    expect(isStep("done")).toBe(false);
    expect(isStep("meter")).toBe(true);
  });
});

test.each([
  ["short1", "short"],
  ["password", "weak"],
  ["12345678", "weak"],
  ["aaaaaaaaaaaaaaaa", "weak"],
  ["Kilowatt 7", "fair"],
  ["wood river lamp 7", "good"],
])("%s is %s", (password, found) => expect(strength(password)).toBe(found));

describe("the meter's check", () => {
  const idle = { voltage_v: [230, null, null], current_a: [0, null, null], power_w: 0 };

  test.each([
    [idle, "idle"],
    [{ ...idle, voltage_v: [null, null, null], power_w: null }, "silent"],
    [{ ...idle, voltage_v: [12, null, null] }, "dark"],
    [{ ...idle, power_w: -3_600 }, "negative"],
    [{ ...idle, power_w: 3_600 }, "load"],
    [{ ...idle, power_w: -5 }, "idle"],
  ])("%o reads as %s", (connector, found) => expect(verdict(connector, 1)).toBe(found));

  test("a phase that the station does not have is not missed", () => {
    expect(verdict({ ...idle, voltage_v: [230, 0, 0] }, 1)).toBe("idle");
    expect(verdict({ ...idle, voltage_v: [230, 0, 0] }, 3)).toBe("dark");
  });
});
