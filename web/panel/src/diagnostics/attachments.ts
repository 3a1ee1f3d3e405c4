// What a person adds to the file for the support: how many, how large, and under which names (P-09).
import type { Entry } from "../lib/zip";

/** What an added file shows: the light on the station, a certificate of its installation, or something else. */
export const SHOWS = ["light", "certificate", "other"] as const;
export type Shows = (typeof SHOWS)[number];

export interface Attachment {
  file: File;
  shows: Shows;
}

/** Why a file is not taken; `name` is its own, `mib` the bound that it breaks. */
export type Refusal =
  | { code: "too_many"; name: string; most: number }
  | { code: "too_large" | "too_much"; name: string; mib: number }
  | { code: "empty"; name: string };

export const MOST_FILES = 10;
export const MOST_MIB_EACH = 20;
export const MOST_MIB = 40;
const MIB = 1 << 20;
const LONGEST_NAME = 80;
const LONGEST_ENDING = 12;
/** Names that Windows takes for devices, whatever ends them. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** These and as many of those as there is room for, and of each other one why not. */
export function added(
  before: readonly Attachment[],
  files: readonly File[],
): { attachments: Attachment[]; refused: Refusal[] } {
  const attachments = [...before];
  const refused: Refusal[] = [];
  for (const file of files) {
    const why = refusal(attachments, file);
    if (why) refused.push(why);
    else attachments.push({ file, shows: guess(file) });
  }
  return { attachments, refused };
}

function refusal(attachments: readonly Attachment[], file: File): Refusal | null {
  const name = file.name;
  const all = attachments.reduce((sum, each) => sum + each.file.size, file.size);
  if (attachments.length >= MOST_FILES) return { code: "too_many", name, most: MOST_FILES };
  if (file.size === 0) return { code: "empty", name }; // a folder that was dropped, or a file of the cloud's
  if (file.size > MOST_MIB_EACH * MIB) return { code: "too_large", name, mib: MOST_MIB_EACH };
  if (all > MOST_MIB * MIB) return { code: "too_much", name, mib: MOST_MIB };
  return null;
}

function guess({ type }: File): Shows {
  if (/^(image|video)\//.test(type)) return "light";
  return type === "application/pdf" ? "certificate" : "other";
}

/** Where each is put in the zip, and a list of them all with the names they came with. */
export function entries(attachments: readonly Attachment[]): Entry[] {
  if (attachments.length === 0) return [];
  const taken = new Set<string>();
  const named = attachments.map((each) => ({
    ...each,
    path: unique(`attachments/${each.shows}/`, plainName(each.file.name), taken),
  }));
  const list = named.map(({ file, shows, path }) => ({
    file: path,
    shows,
    name: file.name,
    type: file.type,
    bytes: file.size,
  }));
  const text = `${JSON.stringify(list, null, 1)}\n`;
  return [
    { name: "attachments.json", data: new Blob([text]) },
    ...named.map(({ path, file }) => ({ name: path, data: file })),
  ];
}

/** A file's name that leads nowhere, on no system: its last part, of letters, digits and - _ . alone. */
export function plainName(name: string): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[.-]+|[.-]+$/g, "");
  const whole = shortened(plain) || "file";
  return DEVICES.test(whole) ? `_${whole}` : whole;
}

/** The ending says what opens it, so it stays. */
function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= LONGEST_NAME) return name;
  const [stem, ending] = parts(name);
  const kept = [...ending].slice(0, LONGEST_ENDING);
  return [...[...stem].slice(0, LONGEST_NAME - kept.length), ...kept].join("");
}

function unique(folder: string, name: string, taken: Set<string>): string {
  const [stem, ending] = parts(name);
  let path = folder + name;
  for (let number = 2; taken.has(path.toLowerCase()); number++) path = `${folder}${stem}-${number}${ending}`;
  taken.add(path.toLowerCase());
  return path;
}

function parts(name: string): [stem: string, ending: string] {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
}
