// Numbers and moments as the reader's language writes them.
import { speech } from "./i18n.svelte";
import { UNKNOWN } from "./format";

export function amountText(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  return value.toLocaleString(speech.language, { maximumFractionDigits: digits, useGrouping: false });
}

/** A text like 0.30 with the reader's decimal sign, every figure as it was written. */
export function decimalText(text: string): string {
  const [, sign = "."] = (1.5).toLocaleString(speech.language);
  return text.replace(".", sign);
}

/** Day and time of a text like 2026-03-01T12:30:05+01:00, by the clock that the text itself uses. */
export function momentText(iso: string | null | undefined): string {
  return written(iso, { dateStyle: "medium", timeStyle: "medium" });
}

/** Its time alone. */
export function timeText(iso: string | null | undefined): string {
  return written(iso, { timeStyle: "medium" });
}

function written(iso: string | null | undefined, style: Intl.DateTimeFormatOptions): string {
  if (!iso) return UNKNOWN;
  const wall = new Date(`${iso.slice(0, 19)}Z`);
  if (Number.isNaN(wall.getTime())) return iso;
  return wall.toLocaleString(speech.language, { ...style, timeZone: "UTC" });
}
