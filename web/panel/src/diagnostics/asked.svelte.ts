// The value of a word, asked again and again while somebody looks at it.
import { ask, type Arguments } from "../lib/api";
import { sentence } from "../settings/keys.svelte";

export class Asked<T> {
  value = $state.raw<T | null>(null);
  problem = $state("");
  private asking = false;
  private readonly word: string;
  private readonly args: () => Arguments;

  constructor(word: string, args: () => Arguments = () => ({})) {
    [this.word, this.args] = [word, args];
  }

  /** One at a time: a slow station is not asked twice at once. */
  async read(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      this.value = await ask<T>(this.word, this.args());
      this.problem = "";
    } catch (error) {
      this.problem = sentence(error);
    } finally {
      this.asking = false;
    }
  }

  /** Now and every so often, as long as the page is seen; the returned function ends it. */
  follow(everyMs: number): () => void {
    const look = () => {
      if (document.visibilityState === "visible") void this.read();
    };
    look();
    const timer = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }
}
