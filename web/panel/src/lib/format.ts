// Figures for people, in their language. What is not known is a dash.
import { speech } from "./i18n.svelte";

export const UNKNOWN = "—";

export function fixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return UNKNOWN;
  const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return value.toLocaleString(speech.language, exactly);
}

/** 7360 W is "7.36", 22080 W "22.1". */
export function kilowatts(watts: number | null): string {
  return watts === null ? UNKNOWN : fixed(watts / 1_000, Math.abs(watts) < 9_995 ? 2 : 1);
}

export function kilowattHours(wattHours: number | null): string {
  return wattHours === null ? UNKNOWN : fixed(wattHours / 1_000, 2);
}

/** "32", "13.5": as many digits as it needs, one at most. */
export function amps(value: number): string {
  return value.toLocaleString(speech.language, { maximumFractionDigits: 1, useGrouping: false });
}

/** "0:09", "12:30", "1:05:00". */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** "12 s", "3 min", "2 h": how old something is. */
export function age(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

export function hex(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A card's number as its owner knows it again, and nobody else reads it off. */
export function shortTag(tag: string): string {
  return tag.length <= 8 ? tag : `${tag.slice(0, 4)}…${tag.slice(-4)}`;
}

/** "600×", "58.7×". */
export function times(speed: number): string {
  return `${speed < 100 ? Math.round(speed * 10) / 10 : Math.round(speed)}×`;
}

/** "€12.30"; the plain figure where the currency is none that is known. */
export function money(value: number, currency: string): string {
  try {
    return value.toLocaleString(speech.language, { style: "currency", currency });
  } catch {
    return `${fixed(value, 2)} ${currency}`.trim();
  }
}

/** "45 s", "12 min", "3 h 05 min": how long something took. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
