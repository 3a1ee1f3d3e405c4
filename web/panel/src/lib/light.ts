// How an LED ring of given colours looks: an LED glows, and its dark grey is as good as off.
import { t, type Key } from "./i18n.svelte";
import type { Light } from "./picture";

const NAMES: Record<string, Key> = {
  "#0000ff": "light.blue",
  "#8b4513": "light.brown",
  "#202020": "light.dark_grey",
  "#00ff00": "light.green",
  "#ff7f00": "light.orange",
  "#8000ff": "light.purple",
  "#ff0000": "light.red",
  "#ffffff": "light.white",
  "#ffff00": "light.yellow",
};
/** Below this share of the brightest channel a colour does not glow. */
const GLOWS_FROM = 0.2;

export function colourName(colour: string): string {
  const key = NAMES[colour.toLowerCase()];
  return key === undefined ? colour : t(key);
}

export function glows(colour: string): boolean {
  const value = Number.parseInt(colour.slice(1), 16);
  return Math.max(value >> 16, (value >> 8) & 0xff, value & 0xff) / 255 >= GLOWS_FROM;
}

/** Eyes see a dimmed LED brighter than its current says. */
export function brightness(percent: number): number {
  return Math.sqrt(Math.min(Math.max(percent, 0), 100) / 100);
}

export function isSteady([first, second]: Light): boolean {
  return first === second;
}

/** The ring in words, for those who do not see it. */
export function lightWords(light: Light | null): string {
  if (light === null) return t("light.unknown");
  if (light[2] === 0) return t("light.dark");
  const [first, second] = [colourName(light[0]), colourName(light[1])];
  return isSteady(light) ? t("light.steady", { first }) : t("light.blinks", { first, second });
}
