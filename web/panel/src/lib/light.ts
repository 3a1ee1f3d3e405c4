// How an LED ring of given colours looks: an LED glows, and its dark grey is as good as off.
import type { Light } from "./picture";

const NAMES: Record<string, string> = {
  "#0000ff": "blue",
  "#8b4513": "brown",
  "#202020": "dark grey",
  "#00ff00": "green",
  "#ff7f00": "orange",
  "#8000ff": "purple",
  "#ff0000": "red",
  "#ffffff": "white",
  "#ffff00": "yellow",
};
/** Below this share of the brightest channel a colour does not glow. */
const GLOWS_FROM = 0.2;

export function colourName(colour: string): string {
  return NAMES[colour.toLowerCase()] ?? colour;
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
  if (light === null) return "The ring's light is not known.";
  if (light[2] === 0) return "The ring is dark.";
  const [first, second] = [colourName(light[0]), colourName(light[1])];
  return isSteady(light) ? `The ring is ${first}.` : `The ring blinks ${first} and ${second}.`;
}
