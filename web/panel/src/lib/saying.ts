// What the station says of itself, in the language of whoever looks: by its codes and their words. Its own English
// sentence stands where no table of this page knows the code.
import { amountText } from "./numbers";
import { said, speech, t } from "./i18n.svelte";
import { colourName } from "./light";
import { LEAST_A } from "./limits";
import type { Connector, Fault, Limit, Note, Why, Words } from "./picture";

const AUTO_RECOVERY = "EVSE_FAULTS_AUTO_RECOVERY";

/** OCPP's word for a connector, in people's words. */
export function statusWord(status: string | null): string {
  return status === null ? t("status.starting") : said(`status.${status}`, {}, status);
}

/** Why a session ended, as a part of a sentence. */
export function reasonWords(reason: string): string {
  return said(`reason.${reason}`, {}, reason);
}

/** What the pilot says of the car. */
export function carWord(state: string): string {
  return said(`pilot.${state}`, {}, "—");
}

export function roleWord(role: string): string {
  return said(`role.${role}`, {}, role);
}

export function faultSentence(fault: Pick<Fault, "name" | "sentence">): string {
  return said(`fault.${fault.name}`, {}, fault.sentence);
}

export function faultAdvice(fault: Pick<Fault, "name" | "advice">): string {
  return said(`fault.${fault.name}.advice`, {}, fault.advice);
}

export function limitTitle(limit: Pick<Limit, "source" | "title">): string {
  return said(`limit.${limit.source}.title`, {}, limit.title);
}

/** Whichever of its source's three sentences it is: less than a car can take is a pause. */
export function limitSentence(source: string, words: Words | undefined, otherwise: string): string {
  const amps = words?.amps;
  if (typeof amps !== "number" || amps < LEAST_A) return said(`limit.${source}.pause`, {}, otherwise);
  const filled = { amps: `${amountText(amps)} A` };
  const plain = said(`limit.${source}`, filled, otherwise);
  return words?.lapsed ? said(`limit.${source}.fallback`, filled, plain) : plain;
}

type Table = "note" | "trouble" | "check" | "way" | "fault";
const KEYS: Record<Table, (code: string) => string> = {
  note: (code) => `note.${code}`,
  trouble: (code) => `trouble.${code}`,
  check: (code) => `check.${code}`,
  way: (code) => `way.${code}`,
  fault: (code) => `fault.${code}`,
};

/** A sentence of one of these tables, by its code there. */
export function noteSentence(table: Table, note: Note): string {
  return said(KEYS[table](note.code), filledIn(note.words), note.sentence);
}

/** What a self-test found: sentences whose codes begin with their tables. */
export function findingWords(notes: readonly Note[], otherwise: string): string {
  const texts = notes.map((each) => {
    const [table = "", ...code] = each.code.split(".");
    return table in KEYS ? noteSentence(table as Table, { ...each, code: code.join(".") }) : each.sentence;
  });
  return texts.join(" ") || otherwise;
}

/** Why the connector does what it does. */
export function whySentence(why: Why, connector: Pick<Connector, "faults">): string {
  if (speech.language === "en") return why.sentence;
  if (why.code === "fault") return faultWords(why, connector.faults) ?? why.sentence;
  const words = { ...filledIn(why.words), ...ofLimit(why), ...ofReason(why) };
  return said(`wait.${why.code}`, words, why.sentence);
}

function ofLimit(why: Why): Record<string, string> {
  return why.limit ? { sentence: limitSentence(why.limit, why.words, why.sentence) } : {};
}

/** A reason is a word of OCPP's, or a trouble that has a code of its own. */
function ofReason({ code, words }: Why): Record<string, string> {
  const reason = words?.reason;
  if (typeof reason !== "string") return {};
  if (code === "refused") return { reason: authWord(reason) };
  if (code === "finished") return { reason: reasonWords(reason) };
  return { reason: noteSentence("trouble", { code: String(words?.trouble ?? ""), sentence: reason, words }) };
}

function faultWords(why: Why, faults: readonly Fault[]): string | null {
  const name = String(why.words?.fault ?? "");
  const fault = faults.find((each) => each.name === name);
  if (fault === undefined) return null;
  const goesOn = faults.find((each) => each.name === AUTO_RECOVERY && each !== fault);
  const parts = [faultSentence(fault), faultAdvice(fault), ...(goesOn ? [faultSentence(goesOn)] : [])];
  return parts.join(" ");
}

export function authWord(status: string): string {
  return said(`auth.${status}`, {}, status);
}

const OF_ITS_KIND: Record<string, (word: string | number) => string | number> = {
  amps: (word) => (typeof word === "number" ? `${amountText(word)} A` : word),
  device: (word) => said(`device.${word}`, {}, String(word)),
  interface: (word) => said(`interface.${word}`, {}, String(word)),
  part: (word) => said(`part.${word}`, {}, String(word)),
  other: (word) => said(`part.${word}`, {}, String(word)),
  first: (word) => colourName(String(word)),
  second: (word) => colourName(String(word)),
};

/** Words as a sentence takes them: amperes with their unit, what has a name by it, and none that has gone. */
export function filledIn(words: Words | undefined): Record<string, string | number> {
  const known = Object.entries(words ?? {}).flatMap(([name, word]) => {
    if (word === null) return [];
    return [[name, OF_ITS_KIND[name]?.(word) ?? word]];
  });
  return Object.fromEntries(known) as Record<string, string | number>;
}
