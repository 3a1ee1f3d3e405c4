import { expect, test } from "vitest";
import { isCard } from "../src/lib/card";

test.each([
  ["04A2B3C4", "04a2b3c4", 7, true],
  ["04A2B3C4000000", "04A2B3C4", 7, true],
  ["04A2B3C4000001", "04A2B3C4", 7, false],
  ["LOCAL", "local", 7, true],
  ["LOCAL", "LOCA", 7, false],
  ["", "", 7, false],
])("%s is the card %s: %s bytes, %s", (tag, card, bytes, same) => {
  expect(isCard(tag, card, bytes)).toBe(same);
});
