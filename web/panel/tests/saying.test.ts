import { afterEach, expect, test } from "vitest";
import { unfill } from "../src/lib/fill";
import { speech } from "../src/lib/i18n.svelte";
import de from "../src/messages/de";
import en from "../src/messages/en";
import { faultAdvice, limitSentence, noteSentence, statusWord, whySentence } from "../src/lib/saying";
import { connector } from "./support";

const GERMAN = de as typeof en;
const FAULT = {
  code: 1,
  name: "EVSE_FAULT_RCD",
  sentence: "Current leaks to earth.",
  advice: "Unplug the car.",
};

function inGerman(): void {
  [speech.language, speech.messages] = ["de", GERMAN];
}

function why(code: string, sentence: string, limit: string | null = null) {
  return { code, sentence, until: null, limit };
}

afterEach(() => {
  [speech.language, speech.messages] = ["en", en];
});

test("a text gives back the words it was filled with", () => {
  expect(unfill("At most {amps}.", "At most 16 A.")).toEqual({ amps: "16 A" });
  expect(unfill("({reason}) {amps}", "(a (b)) 6 A")).toEqual({ reason: "a (b)", amps: "6 A" });
  expect(unfill("At most {amps}.", "At least 16 A.")).toBeNull();
});

test("English is the station's own", () => {
  expect(whySentence(why("plug_in", "As it says."), connector())).toBe("As it says.");
});

test("a wait has its words in every language", () => {
  inGerman();
  const said = "The car takes no current at the moment; 16 A are on offer.";
  expect(whySentence(why("car_pauses", said), connector())).toBe(
    "Das Auto nimmt gerade keinen Strom; 16 A stehen bereit.",
  );
});

test("charging is followed by who limits it, whichever of his sentences it is", () => {
  inGerman();
  const silent = "Charging. The clamp at the house's supply is silent; 6 A until it answers.";
  expect(whySentence(why("charging", silent, "clamp"), connector())).toBe(
    "Lädt. Die Stromzange am Hausanschluss schweigt; 6 A, bis sie sich meldet.",
  );
  expect(whySentence(why("limit", "You paused charging.", "owner"), connector())).toBe(
    "Sie haben das Laden angehalten.",
  );
  expect(limitSentence("cable", "The cable carries at most 20 A.")).toBe(
    "Das Kabel verträgt höchstens 20 A.",
  );
});

test("why a session ended, and why a card was refused, are words too", () => {
  inGerman();
  const over = "Charging is over (EVDisconnected). Unplug the car, or show a card to charge again.";
  expect(whySentence(why("finished", over), connector())).toContain("das Auto wurde abgesteckt");
  const refused = "This card may not charge (Expired). Try another one.";
  expect(whySentence(why("refused", refused), connector())).toContain("(abgelaufen)");
});

test("a fault is told by the most urgent one, with its advice and what comes after", () => {
  inGerman();
  const recovers = { ...FAULT, code: 0x4000, name: "EVSE_FAULTS_AUTO_RECOVERY" };
  const told = whySentence(why("fault", "…"), connector({ faults: [FAULT, recovers] }));
  expect(told).toContain("Strom fließt zur Erde ab. Stecken Sie das Auto ab.");
  expect(told).toContain("geht von selbst weiter");
  expect(faultAdvice(FAULT)).toContain("Stecken Sie das Auto ab.");
});

test("what no table knows is shown as it comes", () => {
  inGerman();
  expect(whySentence(why("new_code", "Something new."), connector())).toBe("Something new.");
  expect(limitSentence("new_source", "Somebody new limits.")).toBe("Somebody new limits.");
  expect(noteSentence("A new note.")).toBe("A new note.");
  expect(statusWord("New")).toBe("New");
});
