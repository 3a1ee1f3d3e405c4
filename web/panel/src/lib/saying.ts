// What the station says of itself, in the language of whoever looks. The sentence that is shown says which template and
// which words it is made from: there is then nothing beside it that could be older than the sentence.
import en from "../messages/en";
import { fill, unfill } from "./fill";
import { said, speech, t, type Key } from "./i18n.svelte";
import type { Connector, Fault, Limit, Why } from "./picture";

const AUTO_RECOVERY = "EVSE_FAULTS_AUTO_RECOVERY";
const NOTES = ["note.pen", "note.no_time"];

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

/** The sentence of a source, whichever of its three it is. */
export function limitSentence(source: string, sentence: string): string {
  const keys = [`limit.${source}`, `limit.${source}.fallback`, `limit.${source}.pause`];
  return anew(keys, sentence) ?? sentence;
}

export function noteSentence(note: string): string {
  return anew(NOTES, note) ?? note;
}

/** Why the connector does what it does. */
export function whySentence(why: Why, connector: Pick<Connector, "faults" | "limit">): string {
  if (speech.language === "en") return why.sentence;
  if (why.code === "fault") return faultWords(connector.faults) ?? why.sentence;
  const key = `wait.${why.code}`;
  const words = unfill(english(key) ?? "", why.sentence);
  if (words === null) return why.sentence;
  const source = why.limit ?? connector.limit?.source ?? "";
  if (words.sentence !== undefined) words.sentence = limitSentence(source, words.sentence);
  if (words.reason !== undefined)
    words.reason = why.code === "refused" ? authWord(words.reason) : reasonWords(words.reason);
  return said(key, words, why.sentence);
}

function faultWords(faults: readonly Fault[]): string | null {
  const [first] = faults;
  if (first === undefined) return null;
  const goesOn = faults.find((each) => each.name === AUTO_RECOVERY && each !== first);
  const parts = [faultSentence(first), faultAdvice(first), ...(goesOn ? [faultSentence(goesOn)] : [])];
  return parts.join(" ");
}

function authWord(status: string): string {
  return said(`auth.${status}`, {}, status);
}

/** A text of the station in this language, by the first of these keys that it is made from. */
function anew(keys: string[], text: string): string | null {
  if (speech.language === "en") return text;
  for (const key of keys) {
    const words = unfill(english(key) ?? "", text);
    if (words !== null) return fill(speech.messages[key as Key], words);
  }
  return null;
}

function english(key: string): string | undefined {
  return (en as Record<string, string | undefined>)[key];
}
