// What a car and the station say to each other by ISO 15118-2 or DIN 70121, in the reader's language: by the name of a
// message and the fields of its body, in the standards' own words. The station's English stands where a field is
// missing or nobody knows the message.
import { duration } from "../lib/format";
import type { Words } from "../lib/fill";
import { said, speech, t } from "../lib/i18n.svelte";
import { amountText } from "../lib/numbers";
import type { CarMessage, Exchange } from "./shapes";

type Fields = Record<string, unknown>;

/** Names of DIN 70121 for what ISO 15118-2 calls otherwise. */
const ALSO: Record<string, string> = {
  ServicePaymentSelection: "PaymentServiceSelection",
  ContractAuthentication: "Authorization",
};
const PROTOCOLS: Record<string, string> = {
  "urn:din:70121:2012:MsgDef": "DIN 70121",
  "urn:iso:15118:2:2013:MsgDef": "ISO 15118-2",
};
/** The one word of a message that makes it another sentence. */
const TURNS = ["EVSEProcessing", "ChargeProgress", "ChargingSession", "SelectedPaymentOption"];
/** What a sentence goes on with where a message has it, in this order. */
const DETAILS = [
  "EVMaxCurrent",
  "EVMaximumCurrentLimit",
  "EVMinCurrent",
  "EVMaximumVoltageLimit",
  "EVRESSSOC",
  "EAmount",
  "EVEnergyRequest",
  "DepartureTime",
  "EVErrorCode",
  "EVSEMaxCurrent",
  "EVSEMaximumCurrentLimit",
  "EVSEMaximumVoltageLimit",
  "PMax",
  "EVSEIsolationStatus",
  "EVSENotification",
  "RCD",
  "MeterReading",
] as const;
/** What runs on while nothing else changes: no news by itself. */
const RUNNING = new Set(["MeterReading", "EVRESSSOC"]);
/** Details that say nothing where they say this. */
const SILENT: Record<string, unknown> = {
  EVSENotification: "None",
  EVErrorCode: "NO_ERROR",
  RCD: false,
};
const UNITS: [ending: RegExp, unit: string][] = [
  [/Current/, "A"],
  [/Voltage/, "V"],
  [/Energy|EAmount|MeterReading/, "Wh"],
  [/Power|PMax/, "W"],
];
const KILO: Record<string, string> = { W: "kW", Wh: "kWh" };

interface Told {
  sentence: string;
  /** What makes it the same as the one before, as long as nothing but running figures differs. */
  same: string;
}

/** What the car asks; of a note between two conversations, what happened. */
export function questionSentence(exchange: Exchange): string {
  return isNote(exchange) ? noteSentence(exchange) : told(exchange).sentence;
}

/** A row that nobody said: a conversation began or ended. */
export function isNote({ name }: CarMessage): boolean {
  return name === "";
}

/** The station's English says why it ended; the other languages say how. */
function noteSentence({ text, sentence }: CarMessage): string {
  return speech.language === "en" ? sentence : said(`talk.note.${fieldsOf(text).note}`, {}, sentence);
}

/** What the station answers; "" while it has not. */
export function answerSentence({ text, answer }: Exchange): string {
  return answer === null ? "" : told(answer, protocolOf(text, answer.text)).sentence;
}

/** One line of the list: the newest of exchanges that say the same, the first's number, how many, and since when. */
export interface Run {
  newest: Exchange;
  first: number;
  times: number;
  since: string | null;
}

/**
 * Newest first. `folded` makes one line of what repeats, as a car asks every second how things stand; what was not
 * kept between two of them counts too.
 */
export function runs(exchanges: readonly Exchange[], folded: boolean): Run[] {
  const found: Run[] = [];
  let before = "";
  for (const each of exchanges) {
    const same = sameness(each);
    const last = found.at(-1);
    if (folded && last !== undefined && same === before)
      found[found.length - 1] = { ...last, newest: each, times: each.number - last.first + 1 };
    else found.push({ newest: each, first: each.number, times: 1, since: each.at });
    before = same;
  }
  return found.reverse();
}

/** Held exchanges with those that came since; what was held without its answer comes again. */
export function joined(held: readonly Exchange[], came: readonly Exchange[], most: number): Exchange[] {
  const first = came[0]?.number ?? Infinity;
  const all = [...held.filter((each) => each.number < first), ...came];
  while (all.length > most) all.splice(dispensable(all), 1);
  return all;
}

/** As the station does: the oldest between two that ask the same, so that beginnings stay; else the oldest. */
function dispensable(all: readonly Exchange[]): number {
  const found = all.findIndex(({ name }, at) => name === all[at - 1]?.name && name === all[at + 1]?.name);
  return Math.max(found, 0);
}

function sameness(exchange: Exchange): string {
  const { answer } = exchange;
  return `${told(exchange).same}/${answer === null ? "" : `${told(answer).same} ${answer.code}`}`;
}

function told(message: CarMessage, chosen = ""): Told {
  const fields = fieldsOf(message.text);
  const words: Words = { ...wordsOf(fields), ...(chosen && { protocol: chosen }) };
  const name = message.name.replace(/^(.+)(Re[qs])$/, (_, subject: string, kind: string) => {
    return (ALSO[subject] ?? subject) + kind;
  });
  const code = "code" in message ? String(message.code) : "";
  if (/^failed/i.test(code)) return { sentence: t("talk.failed", { code }), same: code };
  const [key, head] = headOf(name, turnOf(fields, code), words) ?? ["", capital(message.sentence)];
  const known = key === "" ? [] : detailsOf(fields, words);
  const lasting = known.filter(([field]) => !RUNNING.has(field)).map(([, detail]) => detail);
  const tail = known.map(([, detail]) => detail).join(", ");
  return { sentence: tail === "" ? head : `${head}: ${tail}`, same: [name, key, ...lasting].join(" ") };
}

function headOf(name: string, turn: string, words: Words): [key: string, head: string] | null {
  const keys = [`talk.${name}.${turn}`, `talk.${name}`, ...(name.endsWith("Res") ? ["talk.agreed"] : [])];
  for (const key of keys) {
    const text = said(key, words, "");
    if (text !== "" && !/\{\w+\}/.test(text)) return [key, text];
  }
  return null;
}

function turnOf(fields: Fields, code: string): string {
  const ready = fields.ReadyToChargeState; // DIN 70121's boolean for ISO 15118-2's ChargeProgress
  if (typeof ready === "boolean") return ready ? "Start" : "Stop";
  const word = TURNS.map((each) => fields[each]).find((each) => typeof each === "string") ?? code;
  return String(word).replace(/^Ongoing_.*/, "Ongoing");
}

function detailsOf(fields: Fields, words: Words): [field: string, detail: string][] {
  return DETAILS.flatMap((field) => {
    const [raw, value] = [fields[field], words[field]];
    if (raw === undefined || value === undefined || raw === SILENT[field]) return [];
    const detail = said(`talk.of.${field}.${raw}`, {}, "") || said(`talk.of.${field}`, { value }, "");
    return detail === "" ? [] : [[field, detail] as [string, string]];
  });
}

/** Every field of a body by its own name, whatever it stands in; the first of a name counts. */
function fieldsOf(text: string): Fields {
  try {
    return flat(JSON.parse(text));
  } catch {
    return {};
  }
}

function flat(value: unknown, found: Fields = {}): Fields {
  for (const [name, inner] of Object.entries((value ?? {}) as Fields)) {
    if (!(name in found)) found[name] = inner;
    for (const each of Array.isArray(inner) ? inner : [inner])
      if (typeof each === "object" && each !== null && !isQuantity(each)) flat(each, found);
  }
  return found;
}

interface Quantity {
  Value: number;
  Multiplier: number;
  Unit?: string;
}

function isQuantity(value: unknown): value is Quantity {
  const { Value: number, Multiplier: power } = (value ?? {}) as Partial<Quantity>;
  return typeof number === "number" && typeof power === "number";
}

function wordsOf(fields: Fields): Words {
  const words: Words = {};
  for (const [name, value] of Object.entries(fields)) {
    const word = wordOf(name, value);
    if (word !== "") words[name] = word;
  }
  const modes = [fields.EnergyTransferMode ?? fields.EnergyTransferType ?? []].flat().map(modeWord);
  if (modes.length > 0) words.modes = [...new Set(modes)].join(", ");
  const mode = fields.RequestedEnergyTransferMode ?? fields.EVRequestedEnergyTransferType;
  if (typeof mode === "string") words.mode = modeWord(mode);
  const offers = offersOf(fields).map(({ ProtocolNamespace: uri }) => PROTOCOLS[uri] ?? uri);
  if (offers.length > 0) words.protocols = offers.join(", ");
  return words;
}

function wordOf(name: string, value: unknown): string {
  if (isQuantity(value)) return quantity(value.Value * 10 ** value.Multiplier, value.Unit ?? unitOf(name));
  if (name === "EVSEID" && /^0*$/.test(String(value))) return ""; // DIN 70121's way to say none
  if (name === "DepartureTime" && typeof value === "number") return duration(value);
  if (name === "EVCCID" && typeof value === "string") return value.match(/../g)?.join(":") ?? value;
  if (typeof value === "number") {
    const unit = unitOf(name);
    return unit === "" ? amountText(value) : quantity(value, unit);
  }
  return typeof value === "string" || typeof value === "boolean" ? String(value).slice(0, 60) : "";
}

function unitOf(name: string): string {
  return UNITS.find(([ending]) => ending.test(name))?.[1] ?? "";
}

function quantity(value: number, unit: string): string {
  const kilo = KILO[unit];
  if (kilo !== undefined && Math.abs(value) >= 1_000) return `${amountText(value / 1_000)} ${kilo}`;
  return `${amountText(value)} ${unit}`;
}

function modeWord(mode: unknown): string {
  return said(`talk.mode.${mode}`, {}, String(mode));
}

interface Offer {
  ProtocolNamespace: string;
  SchemaID: number;
}

function offersOf(fields: Fields): Offer[] {
  return Array.isArray(fields.AppProtocol) ? (fields.AppProtocol as Offer[]) : [];
}

/** What is chosen of what was offered, by the number that the car gave it. */
function protocolOf(question: string, answer: string): string {
  const number = fieldsOf(answer).SchemaID;
  const chosen = offersOf(fieldsOf(question)).find((each) => each.SchemaID === number);
  return chosen === undefined ? "" : (PROTOCOLS[chosen.ProtocolNamespace] ?? chosen.ProtocolNamespace);
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
