import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerSentence, isNote, joined, questionSentence, runs } from "../src/diagnostics/talk";
import type { CarMessage, Exchange } from "../src/diagnostics/shapes";
import { leavesIn, phaseWord } from "../src/lib/car";
import { speech } from "../src/lib/i18n.svelte";
import type { CarTalk } from "../src/lib/picture";
import de from "../src/messages/de";
import en from "../src/messages/en";

const OWN = "as the station says it";

function amount(Value: number, Unit: string, Multiplier = 0): object {
  return { Multiplier, Unit, Value };
}

function said(name: string, body: object): CarMessage {
  return { at: null, name, sentence: OWN, text: JSON.stringify(body) };
}

let count = 0;

/** A question and its answer, the next of the log. */
function exchange(
  subject: string,
  question: object,
  answer?: { ResponseCode: string; [name: string]: unknown },
): Exchange {
  const code = answer?.ResponseCode ?? "";
  count += 1;
  return {
    ...said(`${subject}Req`, question),
    at: `2026-03-01T12:00:${String(count % 60).padStart(2, "0")}+00:00`,
    number: count,
    connector: 1,
    protocol: "iso2",
    answer: answer === undefined ? null : { ...said(`${subject}Res`, answer), code },
  };
}

function both(each: Exchange): [string, string] {
  return [questionSentence(each), answerSentence(each)];
}

function status(mostA: number, meterWh: number, more: object = {}): Exchange {
  const AC_EVSEStatus = { NotificationMaxDelay: 0, EVSENotification: "None", RCD: false, ...more };
  const answer = {
    ResponseCode: "OK",
    EVSEID: "ZZ00000",
    SAScheduleTupleID: 1,
    EVSEMaxCurrent: amount(mostA * 10, "A", -1),
    MeterInfo: { MeterID: "m", MeterReading: meterWh },
    AC_EVSEStatus,
  };
  return exchange("ChargingStatus", {}, answer);
}

beforeEach(() => {
  count = 0;
});
afterEach(() => {
  [speech.language, speech.messages] = ["en", en];
});

describe("a message of car or station in the reader's language", () => {
  test("is made of its name and the fields of its body", () => {
    const AC_EVChargeParameter = {
      DepartureTime: 7200,
      EAmount: amount(30, "Wh", 3),
      EVMaxVoltage: amount(400, "V"),
      EVMaxCurrent: amount(32, "A"),
      EVMinCurrent: amount(6, "A"),
    };
    const needs = exchange(
      "ChargeParameterDiscovery",
      { RequestedEnergyTransferMode: "AC_three_phase_core", AC_EVChargeParameter },
      { ResponseCode: "OK", EVSEProcessing: "Ongoing" },
    );
    expect(both(needs)).toEqual([
      "Wants three-phase AC: at most 32 A, at least 6 A, would like 30 kWh, leaves in 2 h 00 min",
      "Has not decided yet",
    ]);
    [speech.language, speech.messages] = ["de", de as typeof en];
    expect(both(needs)).toEqual([
      "Will dreiphasigen Wechselstrom: höchstens 32 A, mindestens 6 A, möchte 30 kWh, fährt in 2 h 00 min",
      "Hat noch nicht entschieden",
    ]);
    expect(answerSentence(status(16.5, 12_345))).toBe(
      "Es geht weiter: höchstens 16,5 A, Zähler bei 12,35 kWh",
    );
  });

  test("names the protocol that was chosen by the number that the car gave it", () => {
    const offer = (uri: string, SchemaID: number) => ({
      ProtocolNamespace: uri,
      SchemaID,
      Priority: SchemaID,
    });
    const AppProtocol = [offer("urn:din:70121:2012:MsgDef", 2), offer("urn:iso:15118:2:2013:MsgDef", 10)];
    const chosen = { ResponseCode: "OK_SuccessfulNegotiation", SchemaID: 10 };
    expect(both(exchange("supportedAppProtocol", { AppProtocol }, chosen))).toEqual([
      "Speaks DIN 70121, ISO 15118-2",
      "Chooses ISO 15118-2",
    ]);
    const stranger = { AppProtocol: [offer("urn:tesla:din:2018:MsgDef", 1)] };
    expect(
      both(exchange("supportedAppProtocol", stranger, { ResponseCode: "Failed_NoNegotiation" })),
    ).toEqual(["Speaks urn:tesla:din:2018:MsgDef", "Refuses (Failed_NoNegotiation)"]);
  });

  test("is one for each word that makes it another", () => {
    const authorised = (EVSEProcessing: string) =>
      answerSentence(exchange("Authorization", {}, { ResponseCode: "OK", EVSEProcessing }));
    expect(authorised("Ongoing_WaitingForCustomerInteraction")).toBe("Not yet; nobody has let it in");
    expect(authorised("Finished")).toBe("It may charge");
    const power = (body: object) => questionSentence(exchange("PowerDelivery", body));
    expect(power({ ChargeProgress: "Start" })).toBe("Wants the power on");
    expect(power({ ReadyToChargeState: false })).toBe("Wants the power off");
    expect(questionSentence(exchange("SessionStop", { ChargingSession: "Pause" }))).toBe(
      "Pauses; it will come back",
    );
    expect(questionSentence(exchange("SessionStop", {}))).toBe("Ends the conversation");
    const joins = { ResponseCode: "OK_OldSessionJoined", EVSEID: "ZZ00000" };
    expect(answerSentence(exchange("SessionSetup", {}, joins))).toBe(
      "Goes on with the session that was paused",
    );
  });

  test("is the same where DIN 70121 has another name for it", () => {
    const asks = exchange("ContractAuthentication", {}, { ResponseCode: "OK", EVSEProcessing: "Finished" });
    expect(both(asks)).toEqual(["Asks whether it may charge", "It may charge"]);
    const pays = exchange("ServicePaymentSelection", { SelectedPaymentOption: "ExternalPayment" });
    expect(questionSentence(pays)).toBe("Wants to be let in here, by card or app");
  });

  test("tells what is wrong, and nothing of what is right", () => {
    expect(answerSentence(status(0, 5))).toBe("Goes on: at most 0 A, meter at 5 Wh");
    expect(answerSentence(status(16, 5, { RCD: true, EVSENotification: "StopCharging" }))).toBe(
      "Goes on: at most 16 A, asks it to stop, the leakage protection has tripped, meter at 5 Wh",
    );
    const late = exchange("ChargingStatus", {}, { ResponseCode: "FAILED_SequenceError" });
    expect(answerSentence(late)).toBe("Refuses (FAILED_SequenceError)");
  });

  test("has its units where DIN 70121 leaves them out, and a battery in a DC session", () => {
    const asks = {
      DC_EVStatus: { EVReady: true, EVErrorCode: "NO_ERROR", EVRESSSOC: 63 },
      EVTargetVoltage: { Multiplier: 0, Value: 390 },
      EVTargetCurrent: { Multiplier: -1, Value: 1254 },
    };
    expect(questionSentence(exchange("CurrentDemand", asks))).toBe(
      "Asks for 125.4 A at 390 V: battery at 63 %",
    );
  });

  test("says of the insulation what is wrong with it, and a way of charging once", () => {
    const checked = (EVSEIsolationStatus: string) =>
      answerSentence(
        exchange("CableCheck", {}, { ResponseCode: "OK", EVSEProcessing: "Finished", EVSEIsolationStatus }),
      );
    expect(checked("Valid")).toBe("The test is over");
    expect(checked("Warning")).toBe("The test is over: the insulation is poor");
    const EnergyTransferMode = ["DC_core", "DC_extended"];
    const offer = {
      ResponseCode: "OK",
      ChargeService: { SupportedEnergyTransferMode: { EnergyTransferMode } },
    };
    expect(answerSentence(exchange("ServiceDiscovery", {}, offer))).toBe("Offers DC");
    const nameless = { ResponseCode: "OK_NewSessionEstablished", EVSEID: "00" };
    expect(answerSentence(exchange("SessionSetup", {}, nameless))).toBe("Agrees");
  });

  test("stays the station's own where a field is missing, or nobody knows the message", () => {
    expect(questionSentence(exchange("PreCharge", {}))).toBe("As the station says it");
    expect(questionSentence(exchange("CertificateUpdate", {}))).toBe("As the station says it");
    expect(questionSentence({ ...exchange("SessionSetup", {}), text: "{broken" })).toBe(
      "As the station says it",
    );
    expect(answerSentence(exchange("CertificateUpdate", {}, { ResponseCode: "OK" }))).toBe("Agrees");
    expect(answerSentence(exchange("SessionSetup", {}))).toBe("");
  });

  test("of nobody is a note: that a conversation began, or how it ended", () => {
    const note = (text: string): Exchange => ({ ...exchange("", {}), name: "", text });
    expect(questionSentence(note('{"note": "car left"}'))).toBe(OWN);
    [speech.language, speech.messages] = ["de", de as typeof en];
    expect(questionSentence(note('{"note": "car left"}'))).toBe("Das Auto ist ohne ein Wort gegangen.");
    expect(questionSentence(note('{"note": "unheard of"}'))).toBe(OWN);
    expect(isNote(note(""))).toBe(true);
    expect(isNote(exchange("SessionStop", {}))).toBe(false);
  });
});

describe("what repeats", () => {
  test("is one line, the newest, with its number and its beginning", () => {
    const started = exchange("PowerDelivery", { ChargeProgress: "Start" }, { ResponseCode: "OK" });
    const log = [started, status(32, 10), status(32, 20), status(32, 30)];
    expect(
      runs(log, true).map(({ newest, times, since }) => [newest.number, times, since?.slice(17, 19)]),
    ).toEqual([
      [4, 3, "02"],
      [1, 1, "01"],
    ]);
    expect(runs(log, false).map(({ newest }) => newest.number)).toEqual([4, 3, 2, 1]);
  });

  test("ends where something is new: another current, another answer, a refusal", () => {
    const log = [
      status(32, 10),
      status(32, 20),
      status(10, 30),
      status(10, 40, { EVSENotification: "StopCharging" }),
    ];
    expect(runs(log, true).map(({ times }) => times)).toEqual([1, 1, 2]);
    const asked = ["Ongoing", "Ongoing", "Finished"].map((EVSEProcessing) =>
      exchange("Authorization", {}, { ResponseCode: "OK", EVSEProcessing }),
    );
    expect(runs(asked, true).map(({ times }) => times)).toEqual([1, 2]);
  });

  test("what is held and what came since make one log, whose last answer may have come", () => {
    const [first, second, third] = [status(32, 1), { ...status(32, 2), answer: null }, status(32, 3)];
    const answered = { ...second, answer: first.answer };
    const log = joined([first, second], [answered, third], 400);
    expect(log).toEqual([first, answered, third]);
    expect(joined(log, [], 400)).toEqual(log);
  });

  test("of what is kept the beginning stays: repeats go first, and are counted all the same", () => {
    const begun = exchange("PowerDelivery", { ChargeProgress: "Start" });
    const loop = Array.from({ length: 8 }, () => status(32, 1));
    const log = joined([begun, ...loop.slice(0, 3)], loop.slice(3), 4);
    expect(log.map(({ number }) => number)).toEqual([1, 2, 8, 9]);
    expect(runs(log, true).map(({ times }) => times)).toEqual([8, 1]);
    const all = ["SessionSetup", "ServiceDiscovery", "SessionStop"].map((name) => exchange(name, {}));
    expect(joined(all, [], 2).map(({ name }) => name)).toEqual(["ServiceDiscoveryReq", "SessionStopReq"]);
  });
});

describe("what a car has said of itself", () => {
  const car: CarTalk = {
    ...{
      protocol: "ISO 15118-2",
      phase: "charging",
      sentence: OWN,

      soc_percent: null,
    },
    ...{
      wants_wh: 30_000,
      leaves: 7_200_000_000,
      max_current_ma: 32_000,
      min_current_ma: 6_000,
      charges: true,
    },
  };

  test("counts down to when it leaves, and not beyond", () => {
    expect(leavesIn(car, 200_000)).toBe(7_000);
    expect(leavesIn(car, 9_000_000)).toBe(0);
    expect(leavesIn({ ...car, leaves: null }, 0)).toBeNull();
    expect(leavesIn(null, 0)).toBeNull();
  });

  test("is in the station's own English, and by its code in the other languages", () => {
    expect(phaseWord(car)).toBe(OWN);
    [speech.language, speech.messages] = ["de", de as typeof en];
    expect(phaseWord(car)).toBe("Das Auto lädt und fragt immer wieder, was es nehmen darf.");
    expect(phaseWord({ ...car, phase: "unheard" })).toBe(OWN);
  });
});
