// Events in the reader's language; what a fault or a limit is called stands with the station's own words.
import { said, t } from "../lib/i18n.svelte";
import {
  faultAdvice,
  faultSentence,
  filledIn,
  limitSentence,
  noteSentence,
  reasonWords,
  roleWord,
} from "../lib/saying";
import { hex } from "../lib/format";
import type { LoggedEvent } from "./shapes";

export function eventSentence(event: LoggedEvent): string {
  const { words, code } = event;
  const name = String(words.name ?? "");
  if (code === "limit" || code === "fault" || code === "fault_over") return looked(event, name);
  if (code === "upload_failed") return notSent(name, words, event.sentence);
  const named = { ...filledIn(words), ...people(event) };
  if (words.reason !== undefined) named.reason = because(event);
  const text = said(`event.${code}`, named, event.sentence);
  return /\{\w+\}/.test(text) ? event.sentence : text;
}

/** Who it was; somebody without a name is told by his role. */
function people({ words }: LoggedEvent): Record<string, string> {
  const [who, role] = [String(words.who ?? ""), String(words.role ?? "")];
  if (who === "") return role === "" ? {} : { role: roleWord(role) };
  if (role === "backend") return { who: t("log.by_operator") };
  return { who: who.startsWith("somebody as ") ? t("log.by_role", { role: roleWord(role) }) : who };
}

/** A word of OCPP's, or a trouble with a code of its own. */
function because({ code, words }: LoggedEvent): string {
  const reason = String(words.reason);
  if (code === "boot") return said(`reset.${reason}`, {}, reason);
  if (words.trouble === undefined) return reasonWords(reason);
  return noteSentence("trouble", { code: String(words.trouble), sentence: reason, words });
}

function limited({ words, sentence }: LoggedEvent): string {
  const amps = words.pause ? 0 : Number(words.amps);
  return limitSentence(String(words.source ?? ""), { amps, lapsed: words.lapsed ?? 0 }, sentence);
}

function looked(event: LoggedEvent, name: string): string {
  if (event.code === "limit") return limited(event);
  const fault = { name, sentence: name, advice: "" };
  const number = event.words.fault;
  const words = {
    sentence: faultSentence(fault),
    advice: faultAdvice(fault),
    fault: typeof number === "number" ? hex(number) : (number ?? "—"),
  };
  return name === "" ? event.sentence : said(`event.${event.code}`, words, event.sentence);
}

/** Why a file did not reach its server; the table of transfers has it by name, the number is told with it. */
function notSent(name: string, words: LoggedEvent["words"], sentence: string): string {
  const why = { sentence: said(`transfer.${name}`, {}, ""), advice: said(`transfer.${name}.advice`, {}, "") };
  return why.sentence === "" ? sentence : said("event.upload_failed", { ...words, ...why }, sentence);
}
