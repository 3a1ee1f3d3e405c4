// Asking the station to do something, and telling what went wrong.
import { perform, Refused, type Arguments } from "./api";
import { t } from "./i18n.svelte";

const SHOWN_MS = 6_000;

interface Toast {
  id: number;
  text: string;
}

class Toasts {
  shown = $state<Toast[]>([]);
  private last = 0;

  say(text: string): void {
    const id = (this.last += 1);
    this.shown.push({ id, text });
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((each) => each.id !== id);
  }
}

export const toasts = new Toasts();

/** Words about the station as a whole; all others are about one connector. */
const OF_THE_STATION = new Set([
  "config_set",
  "network",
  "host_crash",
  "power_cycle",
  "reset_button",
  "time_lapse",
  "limit_current",
]);

class Aim {
  connector = $state(1);

  /** The arguments of a word, for the connector that is aimed at; 1 goes without saying. */
  of(word: string, args: Arguments): Arguments {
    const said = this.connector === 1 || OF_THE_STATION.has(word);
    return said ? args : { ...args, connector: this.connector };
  }
}

/** The connector that the bench acts on. */
export const aim = new Aim();

/** One control's operation: busy while it is under way, its failure said aloud. */
export class Operation {
  busy = $state(false);

  async run(word: string, args: Arguments = {}): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await perform(word, aim.of(word, args));
    } catch (error) {
      toasts.say(error instanceof Refused ? error.message : t("answer.none"));
    } finally {
      this.busy = false;
    }
  }
}
