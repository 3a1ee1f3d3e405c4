// Templates with names in braces.
export type Words = Record<string, string | number>;

/** The template with its words; a name that has none stays as it is, so that it is seen. */
export function fill(template: string, words: Words): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(words[name] ?? whole));
}

/** The words that make this text of the template; null when it is not made of it. */
export function unfill(template: string, text: string): Record<string, string> | null {
  const pattern = template
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 === 1 ? `(?<${part}>.*)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  const found = new RegExp(`^${pattern}$`, "su").exec(text);
  return found === null ? null : { ...found.groups };
}
