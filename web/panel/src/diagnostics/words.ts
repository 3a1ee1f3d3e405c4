// Events in the reader's language; what a fault or a limit is called stands with the station's own words.
import { said } from "../lib/i18n.svelte";
import { faultAdvice, faultSentence, limitSentence, reasonWords } from "../lib/saying";
import { hex } from "../lib/format";
import type { LoggedEvent } from "./shapes";

export function eventSentence(event: LoggedEvent): string {
  const { words, code } = event;
  const name = String(words.name ?? "");
  if (code === "limit" || code === "fault" || code === "fault_over") return looked(event, name);
  const named = words.reason === undefined ? words : { ...words, reason: reasonWords(String(words.reason)) };
  const text = said(`event.${code}`, named, event.sentence);
  return /\{\w+\}/.test(text) ? event.sentence : text;
}

function looked(event: LoggedEvent, name: string): string {
  if (event.code === "limit") return limitSentence(String(event.words.source ?? ""), event.sentence);
  const fault = { name, sentence: name, advice: "" };
  const number = event.words.fault;
  const words = {
    sentence: faultSentence(fault),
    advice: faultAdvice(fault),
    fault: typeof number === "number" ? hex(number) : (number ?? "—"),
  };
  return name === "" ? event.sentence : said(`event.${event.code}`, words, event.sentence);
}
