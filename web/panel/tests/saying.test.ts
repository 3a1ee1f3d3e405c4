import { afterEach, expect, test } from "vitest";
import { speech } from "../src/lib/i18n.svelte";
import { refusalSentence } from "../src/lib/refusals";
import de from "../src/messages/de";
import en from "../src/messages/en";
import it from "../src/messages/it";
import {
  faultAdvice,
  findingWords,
  limitSentence,
  noteSentence,
  statusWord,
  whySentence,
} from "../src/lib/saying";
import { backendProblem } from "../src/lib/words";
import type { Words } from "../src/lib/picture";
import { connector, picture } from "./support";

const FAULT = {
  code: 1,
  name: "EVSE_FAULT_RCD",
  sentence: "Current leaks to earth.",
  advice: "Unplug the car.",
};

function inGerman(): void {
  [speech.language, speech.messages] = ["de", de as typeof en];
}

function why(code: string, words: Words = {}, limit: string | null = null) {
  return { code, sentence: "As the station says it.", until: null, limit, words };
}

afterEach(() => {
  [speech.language, speech.messages] = ["en", en];
});

test("English is the station's own", () => {
  expect(whySentence(why("plug_in"), connector())).toBe("As the station says it.");
});

test("a wait has its words in every language", () => {
  inGerman();
  expect(whySentence(why("car_pauses", { amps: 13.5 }), connector())).toBe(
    "Das Auto nimmt gerade keinen Strom; 13,5 A stehen bereit.",
  );
  expect(whySentence(why("plug_soon", { seconds: 41 }), connector())).toContain("innerhalb von 41 s");
});

test("a word that has gone is no word", () => {
  inGerman();
  const gone = { amps: null, lapsed: null, reason: "EVDisconnected" };
  expect(whySentence(why("finished", gone), connector())).toContain("(das Auto wurde abgesteckt)");
});

test("charging is followed by who limits it, whichever of his sentences it is", () => {
  inGerman();
  expect(whySentence(why("charging", { amps: 6, lapsed: 1 }, "clamp"), connector())).toBe(
    "Lädt. Die Stromzange am Hausanschluss schweigt; 6 A, bis sie sich meldet.",
  );
  expect(whySentence(why("charging", { amps: 6, lapsed: null }, "clamp"), connector())).toContain("Lädt. ");
  expect(whySentence(why("limit", {}, "owner"), connector())).toBe("Sie haben das Laden angehalten.");
  expect(limitSentence("cable", { amps: 20 }, "…")).toBe("Das Kabel verträgt höchstens 20 A.");
  expect(limitSentence("owner", { amps: 0 }, "…")).toBe("Sie haben das Laden angehalten.");
});

test("why a card was refused, and what is wrong with meter and disk, are words too", () => {
  inGerman();
  expect(whySentence(why("refused", { reason: "Expired" }), connector())).toContain("(abgelaufen)");
  const full = { reason: "The disk is full.", trouble: "disk_full" };
  expect(whySentence(why("disk", full), connector())).toBe(
    "Der Ladevorgang kann nicht beginnen: Der Speicher ist voll.",
  );
  const silent = { reason: "…", trouble: "meter_no_answer", device: "meter", address: 1, port: "bus 1" };
  expect(whySentence(why("meter", silent), connector())).toContain("Zähler mit Adresse 1 an bus 1 antwortet");
  const unknown = { reason: "Something new.", trouble: "" };
  expect(whySentence(why("disk", unknown), connector())).toContain("Something new.");
});

test("a fault is told by the most urgent one, with its advice and what comes after", () => {
  inGerman();
  const recovers = { ...FAULT, code: 0x4000, name: "EVSE_FAULTS_AUTO_RECOVERY" };
  const told = whySentence(why("fault", { fault: FAULT.name }), connector({ faults: [FAULT, recovers] }));
  expect(told).toContain("Strom fließt zur Erde ab. Stecken Sie das Auto ab.");
  expect(told).toContain("geht von selbst weiter");
  expect(faultAdvice(FAULT)).toContain("Stecken Sie das Auto ab.");
});

test("what keeps the operator away is a whole sentence in every language", () => {
  const trouble = { code: "nobody_listens", sentence: "…", words: { address: "h:80" } };
  const backend = { ...picture().backend, problem: "…", trouble };
  expect(backendProblem(backend)).toBe("The server at h:80 refused the connection: nothing listens there.");
  inGerman();
  expect(backendProblem(backend)).toBe(
    "Der Server h:80 hat die Verbindung abgelehnt: Dort nimmt niemand an.",
  );
  expect(backendProblem({ ...backend, trouble: null, problem: null })).toBe("");
});

test("a self-test tells its findings by the tables they are from", () => {
  inGerman();
  const notes = [
    { code: "check.meter_well", sentence: "…", words: { wh: "120" } },
    { code: "fault.EVSE_FAULT_RCD.advice", sentence: "…", words: {} },
    { code: "", sentence: "As it is.", words: {} },
  ];
  expect(findingWords(notes, "…")).toBe(
    `Der Zähler antwortet: 120 Wh. ${de["fault.EVSE_FAULT_RCD.advice"]} As it is.`,
  );
  expect(findingWords([], "The station's own.")).toBe("The station's own.");
});

test("what no table knows is shown as it comes", () => {
  inGerman();
  const note = { code: "new", sentence: "A new note.", words: {} };
  expect(whySentence(why("new_code"), connector())).toBe("As the station says it.");
  expect(limitSentence("new_source", { amps: 8 }, "Somebody new limits.")).toBe("Somebody new limits.");
  expect(noteSentence("note", note)).toBe("A new note.");
  expect(statusWord("New")).toBe("New");
  expect(refusalSentence("new_code", {})).toBeNull();
});

test("a refusal says its words as the reader would", () => {
  const words = { roles: ["operator", "manufacturer"], deed: "clear", role: "user" };
  expect(refusalSentence("may_not", words)).toBe(
    "Only operator or manufacturer may reset latched faults; this was asked as the user.",
  );
  expect(refusalSentence("key_choice", { choices: ["0", "1", "2"] })).toContain("0, 1, or 2");
  inGerman();
  expect(refusalSentence("may_not", words)).toBe(
    "Gespeicherte Störungen zurücksetzen: Das darf nur Betreiber oder Hersteller; gefragt hat Nutzer.",
  );
  expect(refusalSentence("card_may_not", { tag: "04A1", status: "Expired" })).toContain("(abgelaufen)");
  expect(refusalSentence("faulty", { fault: FAULT.name })).toContain("Strom fließt zur Erde ab.");
});

test("a wait may be the reason of a refusal", () => {
  [speech.language, speech.messages] = ["it", it as typeof en];
  expect(refusalSentence("restarting", {})).toBe(it["wait.restarting"]);
});

test("a refusal whose words are missing is shown as the station says it", () => {
  expect(refusalSentence("key_range", { low: 6 })).toBeNull();
});
