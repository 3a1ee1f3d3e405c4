// A key's value between the station's text and what people read and type. Pure.
import type { Role } from "../lib/me.svelte";
import { decimalText } from "../lib/numbers";

export type KindName =
  "boolean" | "integer" | "choice" | "text" | "decimal" | "period" | "schedule" | "zone" | "list";

/** A row of the key table, as the word `keys` tells it. */
export interface KeyRow {
  name: string;
  group: string;
  kind: {
    type: KindName;
    min?: number | null;
    max?: number | null;
    choices?: (string | number)[] | null;
    nullable?: boolean;
    max_length?: number | null;
  };
  unit: string;
  help: string;
  value: string | null;
  factory: string | null;
  readonly: boolean;
  secret: boolean;
  reboot: boolean;
  everyday: boolean;
  least: Role;
  local: boolean;
}

const TENTHS = "A/10";

/** The unit people read: tenths of an ampere are shown as amperes. */
export function unitOf(row: KeyRow): string {
  return row.unit === TENTHS ? "A" : row.unit;
}

/** The number people read for the station's text; a text that is no number stays as it is. */
export function shown(row: KeyRow, text: string | null): string {
  if (text === null) return "";
  if (row.kind.type === "decimal") return decimalText(text);
  if (row.unit !== TENTHS || !/^-?\d+$/.test(text)) return text;
  return decimalText(String(Number(text) / 10));
}

/** The station's text for what was typed; what is no number goes as it is, and the station says so. */
export function written(row: KeyRow, typed: string): string {
  const plain = typed.trim();
  if (plain === "" && row.kind.nullable) return "null";
  const number = plain.replace(",", ".");
  if (row.kind.type === "decimal") return /^\d*\.?\d*$/.test(number) ? number : plain;
  if (row.unit !== TENTHS || number === "" || Number.isNaN(Number(number))) return plain;
  return String(Math.round(Number(number) * 10));
}

/** The least and the most that people may type, in their unit. */
export function bounds(row: KeyRow): { min: number; max: number } | null {
  const { min, max } = row.kind;
  if (min == null || max == null) return null;
  const scale = row.unit === TENTHS ? 10 : 1;
  return { min: min / scale, max: max / scale };
}
