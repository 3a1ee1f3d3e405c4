import { expect, test } from "vitest";
import { age, amps, hex, kilowattHours, kilowatts, shortTag, span, times, UNKNOWN } from "../src/lib/format";
import { brightness, glows, lightWords } from "../src/lib/light";
import { statusWord } from "../src/lib/saying";
import { backendNotes, backendState, lineSentence } from "../src/lib/words";
import { picture } from "./support";

test("what is not known is a dash", () => {
  expect([kilowatts(null), kilowattHours(null)]).toEqual([UNKNOWN, UNKNOWN]);
});

test("figures have the digits people can use", () => {
  expect([0, 7_360, 9_994, 9_995, 22_080].map(kilowatts)).toEqual(["0.00", "7.36", "9.99", "10.0", "22.1"]);
  expect([6, 13.5, 31.96].map(amps)).toEqual(["6", "13.5", "32"]);
  expect([0.5, 58.72, 599.6].map(times)).toEqual(["0.5×", "58.7×", "600×"]);
});

test("spans and ages", () => {
  expect([9, 750, 3_900, -1].map(span)).toEqual(["0:09", "12:30", "1:05:00", "0:00"]);
  expect([12.7, 65, 7_300].map(age)).toEqual(["12 s", "1 min", "2 h"]);
});

test("codes and cards", () => {
  expect([0x1, 0x100, 0x400000].map(hex)).toEqual(["0x0001", "0x0100", "0x400000"]);
  expect(["04A1", "04A1B2C3D4E5F6"].map(shortTag)).toEqual(["04A1", "04A1…E5F6"]);
});

test("words the page does not know are shown as they come", () => {
  expect([statusWord("Charging"), statusWord(null), statusWord("New")]).toEqual([
    "Charging",
    "Starting",
    "New",
  ]);
});

test("only a live line has nothing to say about itself", () => {
  expect(lineSentence("live")).toBeNull();
  expect(lineSentence("lost")).toBe("No connection to the station. Trying again…");
});

test("the operator is online, offline or none", () => {
  const { backend } = picture();
  expect(backendState(backend)).toBe("online");
  expect(backendState({ ...backend, connected: false })).toBe("offline");
  expect(backendState({ ...backend, configured: false, connected: false })).toBe("none");
});

test("what waits for the operator is told, in one and in many", () => {
  const { backend } = picture();
  expect(backendNotes(backend)).toEqual([]);
  expect(backendNotes({ ...backend, queued: 1, set_aside: 2 })).toEqual([
    "1 message waits for the operator.",
    "2 sessions were set aside: the operator would not take them.",
  ]);
  expect(backendNotes({ ...backend, connected: false, problem: "No route." })).toEqual(["No route."]);
});

test("dark grey is a light that does not glow", () => {
  expect(["#202020", "#0000ff", "#8b4513"].map(glows)).toEqual([false, true, true]);
  expect([brightness(0), brightness(100), brightness(25)]).toEqual([0, 1, 0.5]);
});

test("the ring can be read aloud", () => {
  expect(lightWords(["#00ff00", "#00ff00", 100])).toBe("The ring is green.");
  expect(lightWords(["#0000ff", "#202020", 100])).toBe("The ring blinks blue and dark grey.");
  expect(lightWords(["#ff0000", "#ffffff", 100])).toBe("The ring blinks red and white.");
  expect(lightWords(["#8000ff", "#8000ff", 100])).toBe("The ring is purple.");
  expect(lightWords(["#0000ff", "#202020", 0])).toBe("The ring is dark.");
  expect(lightWords(null)).toBe("The ring's light is not known.");
});
