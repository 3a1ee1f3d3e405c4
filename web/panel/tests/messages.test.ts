import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import de from "../src/messages/de";
import en from "../src/messages/en";
import it from "../src/messages/it";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const LANGUAGES: [string, Record<string, string>][] = [
  ["German", de],
  ["Italian", it],
];
/** How templates are written into sources: `wait.${code}` uses every key that begins so and ends there. */
const TEMPLATE = /`([a-z_.]+(?:\$\{[^}`]+\}[a-z_.]*)+)`/g;
const QUOTED = /["'`]([a-z_]+(?:\.[\w?]+)+)["'`]/g;

function sources(): string {
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  return files
    .filter((each) => each.isFile() && /\.(ts|svelte)$/.test(each.name))
    .map((each) => readFileSync(join(each.parentPath, each.name), "utf-8"))
    .join("\n");
}

function holes(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

describe.each(LANGUAGES)("%s", (_name, messages) => {
  test("says everything that English says, and nothing else", () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
  });

  test("has the same words to fill in, and no empty text", () => {
    const wrong = Object.entries(en).filter(([key, text]) => {
      const other = messages[key] ?? "";
      return (other.trim() === "") !== (text.trim() === "") || String(holes(other)) !== String(holes(text));
    });
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});

test("no key stands in two areas", () => {
  const areas = readdirSync(join(SOURCES, "messages/en")).filter((name) => name.endsWith(".json"));
  const keys = areas.flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(join(SOURCES, "messages/en", name), "utf-8")) as object),
  );
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

test("every text is said somewhere", () => {
  const text = sources();
  const quoted = new Set([...text.matchAll(QUOTED)].map((match) => match[1]));
  const made = [...text.matchAll(TEMPLATE)].map(
    ([, template = ""]) =>
      new RegExp(
        `^${template
          .split(/\$\{[^}]+\}/)
          .map((part) => part.replaceAll(".", "\\."))
          .join(".+")}$`,
      ),
  );
  const silent = Object.keys(en).filter((key) => !quoted.has(key) && !made.some((each) => each.test(key)));
  expect(silent).toEqual([]);
});
