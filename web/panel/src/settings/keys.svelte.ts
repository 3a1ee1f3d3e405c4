// The key table as the station tells it, read again whenever somebody else may have changed it.
import { ask, Refused } from "../lib/api";
import { t } from "../lib/i18n.svelte";
import { type KeyRow } from "./units";

class Keys {
  rows = $state.raw<KeyRow[]>([]);
  /** Why there are none. */
  problem = $state("");
  private reading: Promise<void> | null = null;

  readonly byName = $derived(new Map(this.rows.map((each) => [each.name, each])));

  /** Read them all again; two who ask at once share one answer. */
  read(): Promise<void> {
    this.reading ??= this.fetch().finally(() => (this.reading = null));
    return this.reading;
  }

  private async fetch(): Promise<void> {
    try {
      this.rows = (await ask<KeyRow[]>("keys")) ?? [];
      this.problem = "";
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  value(name: string): string | null {
    return this.byName.get(name)?.value ?? null;
  }

  /** Set a key. Throws Refused. What stands afterwards is read from the station. */
  async change(name: string, text: string): Promise<void> {
    try {
      await ask<string>("config_set", { key: name, value: text });
    } finally {
      await this.read();
    }
  }

  /** Keep reading while somebody looks: now, and whenever the page comes back to the front. */
  follow(): () => void {
    const again = () => {
      if (document.visibilityState === "visible") void this.read();
    };
    again();
    addEventListener("focus", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      removeEventListener("focus", again);
      document.removeEventListener("visibilitychange", again);
    };
  }
}

export function sentence(error: unknown): string {
  return error instanceof Refused ? error.message : t("answer.none");
}

export const keys = new Keys();
