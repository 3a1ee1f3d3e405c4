// The pages there are: how each is fetched, what it is called, and who may see it.
import type { Component } from "svelte";
import { t, type Key } from "../lib/i18n.svelte";
import type { Role } from "../lib/me.svelte";

type Module = { default: Component };

const FILES = import.meta.glob<Module>([
  "../pages/*.svelte",
  "!../pages/Now.svelte",
  "!../pages/SignIn.svelte",
]);

interface Page {
  file: string;
  name: Key;
  least: Role;
}

const PAGES: Record<string, Page> = {
  history: { file: "History", name: "nav.history", least: "guest" },
  settings: { file: "Settings", name: "nav.settings", least: "user" },
  diagnostics: { file: "Diagnostics", name: "nav.diagnostics", least: "user" },
  people: { file: "People", name: "nav.people", least: "guest" },
  setup: { file: "Setup", name: "nav.setup", least: "operator" },
};

export function pageName(page: string): string {
  const found = PAGES[page];
  return found === undefined ? t("page.unknown_title") : t(found.name);
}

/** The least role that may see a page; undefined where there is no such page. */
export function leastOf(page: string): Role | undefined {
  return PAGES[page]?.least;
}

/** Fetch a page. */
export async function fetchPage(page: string): Promise<Component> {
  const load = FILES[`../pages/${PAGES[page]?.file}.svelte`];
  if (load === undefined) throw new Error(`There is no page ${page}.`);
  return (await load()).default;
}
