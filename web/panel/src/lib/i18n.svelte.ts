// What the page says, in the language of whoever looks. English is in the first load, the others come when chosen.
import en from "../messages/en";
import { fill, type Words } from "./fill";

export type Key = keyof typeof en;
export type Language = "en" | "de" | "it";
type Messages = Record<Key, string>;

export const LANGUAGES: Record<Language, string> = { en: "English", de: "Deutsch", it: "Italiano" };
const KEPT = "pilotline-language";
const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ default: Messages }>> = {
  de: () => import("../messages/de"),
  it: () => import("../messages/it"),
};

class Speech {
  language = $state<Language>("en");
  messages = $state.raw<Messages>(en);

  /** Speak this language from now on; one that cannot be fetched leaves things as they are. */
  async speak(language: Language, keep = true): Promise<void> {
    this.messages = language === "en" ? en : (await LOADERS[language]()).default;
    this.language = language;
    document.documentElement.lang = language;
    if (keep) localStorage.setItem(KEPT, language);
  }

  /** The language that was chosen here, the browser's, or the station's. */
  async begin(stations: string | null): Promise<void> {
    const wished = [localStorage.getItem(KEPT), ...navigator.languages, stations];
    const found = wished.map((each) => each?.slice(0, 2)).find(isLanguage);
    if (found !== undefined) await this.speak(found, false);
  }
}

function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && text in LANGUAGES;
}

export const speech = new Speech();

/** A message by its key, with what belongs between its braces. */
export function t(key: Key, words: Words = {}): string {
  return fill(speech.messages[key], words);
}

/** A message whose key is made of what the station says; the station's own English where there is none. */
export function said(key: string, words: Words, otherwise: string): string {
  const text = (speech.messages as Record<string, string | undefined>)[key];
  return text === undefined ? otherwise : fill(text, words);
}
