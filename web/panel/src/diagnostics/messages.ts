// What an OCPP message says, in the reader's language: by its action and the fields of its payload, which are a peer's
// own words and may be anything. The station's English sentence says more, and stands where a field is missing.
import type { Words } from "../lib/fill";
import { said, speech, t } from "../lib/i18n.svelte";
import { statusWord } from "../lib/saying";
import type { OcppMessage } from "./shapes";

const LONGEST = 60;
type Payload = Record<string, unknown>;

export function messageSentence({ action, sentence, text }: OcppMessage): string {
  if (speech.language === "en") return sentence;
  const made = said(`ocpp.${action}`, wordsOf(payloadOf(text)), "");
  if (made === "" || /\{\w+\}/.test(made)) return sentence;
  return made.charAt(0).toLocaleUpperCase(speech.language) + made.slice(1);
}

function payloadOf(text: unknown): Payload {
  try {
    const read: unknown = typeof text === "string" ? JSON.parse(text) : text;
    return typeof read === "object" && read !== null ? (read as Payload) : {};
  } catch {
    return {};
  }
}

function wordsOf(payload: Payload): Words {
  const words: Words = {};
  for (const [name, value] of Object.entries(payload))
    if (typeof value === "string" || typeof value === "number") words[name] = String(value).slice(0, LONGEST);
  if (typeof words.connectorId === "string") words.place = placeOf(words.connectorId);
  if (typeof words.idTag === "string") words.card = t("ocpp.the_card", { tag: `…${words.idTag.slice(-4)}` });
  if (typeof words.status === "string") words.state = stateOf(words.status, words);
  return words;
}

function placeOf(connector: string): string {
  return connector === "0" ? t("ocpp.the_station") : t("ocpp.at", { id: connector });
}

/** A status and, of one with an error, the error in OCPP's word and the station's code. */
function stateOf(status: string, { errorCode, vendorErrorCode }: Words): string {
  const code = vendorErrorCode ? `, RTM err code ${vendorErrorCode}` : "";
  const trouble = errorCode && errorCode !== "NoError" ? ` (${errorCode}${code})` : "";
  return `${statusWord(status)}${trouble}`;
}
