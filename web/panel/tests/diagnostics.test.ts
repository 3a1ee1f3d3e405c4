import { afterEach, describe, expect, test } from "vitest";
import { messageSentence } from "../src/diagnostics/messages";
import { lines, pretty, type OcppMessage } from "../src/diagnostics/shapes";
import { speech } from "../src/lib/i18n.svelte";
import de from "../src/messages/de";
import en from "../src/messages/en";
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

describe("an OCPP message in the reader's language", () => {
  const message = (action: string, text: unknown): OcppMessage => ({
    ...{
      at: null,
      direction: "sent",
      action,
      id: "1",
      sentence: "As the station says it.",
      text,
      answer: null,
    },
  });

  afterEach(() => {
    [speech.language, speech.messages] = ["en", en];
  });

  test("is made of its action and the fields of its payload", () => {
    expect(messageSentence(message("Heartbeat", {}))).toBe("As the station says it.");
    [speech.language, speech.messages] = ["de", de as typeof en];
    const began = { connectorId: 1, idTag: "04A1B2C3", meterStart: 12 };
    expect(messageSentence(message("StartTransaction", began))).toBe(
      "Ein Ladevorgang begann, Anschluss 1, für die Karte …B2C3, bei 12 Wh.",
    );
    const fault = {
      connectorId: 0,
      status: "Faulted",
      errorCode: "InternalError",
      vendorErrorCode: "0x0400",
    };
    expect(messageSentence(message("StatusNotification", fault))).toBe(
      "Die Station: Störung (InternalError, RTM err code 0x0400).",
    );
  });

  test("stays the station's own where a field is missing, or nobody knows the action", () => {
    [speech.language, speech.messages] = ["de", de as typeof en];
    for (const [action, text] of [
      ["StartTransaction", { connectorId: 1 }],
      ["Reset", "no JSON {"],
      ["Unheard", {}],
    ] as const)
      expect(messageSentence(message(action, text))).toBe("As the station says it.");
  });
});
