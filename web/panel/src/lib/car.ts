// What a car has said of itself, in words.
import { said, speech } from "./i18n.svelte";
import type { CarTalk } from "./picture";

/** In how many seconds it wants to leave, none below 0; null where it has not said. `atMs` is the station's time. */
export function leavesIn(car: CarTalk | null, atMs: number): number | null {
  return car === null || car.leaves === null ? null : Math.max(0, (car.leaves / 1_000 - atMs) / 1_000);
}

/** How far the conversation has come. */
export function phaseWord({ phase, sentence }: CarTalk): string {
  return speech.language === "en" ? sentence : said(`phase.${phase}`, {}, sentence);
}
