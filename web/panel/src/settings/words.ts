// How a key, its values and who may change it are called in the reader's language.
import { countryName } from "../setup/countries";
import { LANGUAGES, said, speech, t, type Key, type Language } from "../lib/i18n.svelte";
import type { Role } from "../lib/me.svelte";
import { amountText } from "../lib/numbers";
import { DAYS, dayText, periodOf, rowsOf } from "./schedule";
import { shown, unitOf, type KeyRow } from "./units";

export function titleOf(row: KeyRow): string {
  return said(`setting.${row.name}`, {}, row.name);
}

export function helpOf(row: KeyRow, range: { min: number; max: number } | null): string {
  const help = said(`setting.${row.name}.help`, {}, row.help);
  if (range === null || row.readonly) return help;
  const between = t("field.range", {
    min: amountText(range.min),
    max: amountText(range.max),
    unit: unitWord(row),
  });
  return `${help} ${between.replace(/ \./, ".")}`.trim();
}

function unitWord(row: KeyRow): string {
  const unit = unitOf(row);
  return unit === "" ? "" : said(`unit.${unit}`, {}, unit);
}

export function choiceWord(name: string, value: string): string {
  if (name === "c_Language") return LANGUAGES[value as Language] ?? value;
  if (name === "c_Country") return value === "" ? t("country.other") : countryName(value, speech.language);
  const interfaces = name === "c_MainNetworkInterface" || name === "c_FallbackNetworkInterface";
  return said(`choice.${interfaces ? "interface" : name}.${value}`, {}, value);
}

/** A value in a sentence: with its unit, and in words where it is one of a few. */
export function valueWord(row: KeyRow, text: string | null): string {
  if (row.secret) return t("field.secret");
  if (text === null || text === "") return t("field.none");
  switch (row.kind.type) {
    case "boolean":
      return text === "true" ? t("field.on") : t("field.off");
    case "choice":
      return choiceWord(row.name, text);
    case "schedule":
      return planWord(text);
    case "period":
      return periodWord(text);
    default:
      return row.name === "c_Country"
        ? choiceWord(row.name, text)
        : `${localNumber(shown(row, text))} ${unitWord(row)}`.trim();
  }
}

function localNumber(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? amountText(Number(text)) : text;
}

export function dayNames(): string[] {
  return DAYS.map((day) => t(`day.${day}` as Key));
}

function planWord(text: string): string {
  const rows = rowsOf(text);
  if (rows === null) return text;
  return rows
    .map((row) => {
      const most = row.amps === 0 ? t("plan.pause") : t("plan.most", { amps: amountText(row.amps) });
      return `${dayText(row.days, dayNames())} ${row.from}–${row.to}: ${most}`;
    })
    .join("; ");
}

function periodWord(text: string): string {
  const period = periodOf(text);
  if (period === null) return text;
  return period.on ? `${period.from}–${period.to}` : t("field.off");
}

export function onlyA(least: Role): string {
  return t("field.only", { role: t(`role.${least}` as Key) });
}
