// Templates with names in braces.
export type Words = Record<string, string | number>;

/** The template with its words; a name that has none stays as it is, so that it is seen. */
export function fill(template: string, words: Words): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(words[name] ?? whole));
}
