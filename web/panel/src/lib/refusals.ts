// Why the station does not do something, in the language of whoever asked: by the code of the refusal and its words.
import type { Words } from "./fill";
import { said, speech } from "./i18n.svelte";
import { authWord, faultAdvice, faultSentence, roleWord } from "./saying";

/** Several texts are what one may choose from. */
export type Word = string | number | readonly string[];

/** The sentence of a code, null of one that no table of this page knows. A wait may be the reason too. */
export function refusalSentence(code: string, words: Record<string, Word>): string | null {
  const filled = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, plain(name, word)]));
  if (code === "faulty") filled.sentence = faultWords(String(words.fault ?? ""));
  const found = said(`refusal.${code}`, filled, "") || said(`wait.${code}`, filled, "");
  return found !== "" && !/\{\w+\}/.test(found) ? found : null;
}

function plain(name: string, word: Word): Words[string] {
  if (Array.isArray(word)) return anyOf((word as string[]).map((each) => String(plain(name, each))));
  const text = String(word);
  if (name === "role" || name === "roles" || name === "least") return within(roleWord(text));
  if (name === "deed") return said(`deed.of.${text}`, {}, text);
  if (name === "status") return authWord(text);
  return typeof word === "number" ? word : text;
}

/** A role within a sentence: German alone writes it with a capital letter. */
function within(word: string): string {
  return speech.language === "de" ? word : word.toLocaleLowerCase(speech.language);
}

function anyOf(texts: string[]): string {
  return new Intl.ListFormat(speech.language, { type: "disjunction" }).format(texts);
}

function faultWords(name: string): string {
  return `${faultSentence({ name, sentence: name })} ${faultAdvice({ name, advice: "" })}`.trim();
}
