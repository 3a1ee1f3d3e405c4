// One field that is being changed: what was typed, what became of it, and whether somebody else was faster.
import { Refused } from "../lib/api";
import { keys, sentence } from "./keys.svelte";

type Fate = "rest" | "saving" | "saved" | "refused";
const TOLD_MS = 4_000;

export class Edit {
  typed = $state<string | null>(null);
  fate = $state<Fate>("rest");
  reason = $state("");
  /** Of the refusal, "" of one that has none. */
  code = $state("");
  /** What stood when typing began. */
  private base = $state<string | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly name: () => string;

  constructor(name: () => string) {
    this.name = name;
  }

  readonly stands = $derived.by(() => keys.value(this.name()));
  readonly overtaken = $derived.by(() => this.typed !== null && this.stands !== this.base);

  begin(typed: string): void {
    if (this.typed === null) this.base = this.stands;
    this.typed = typed;
    if (this.fate !== "saving") this.fate = "rest";
  }

  /** Back to what stands. */
  drop(): void {
    this.typed = null;
    this.fate = "rest";
  }

  async save(text: string): Promise<boolean> {
    if (this.fate === "saving") return false;
    this.fate = "saving";
    try {
      await keys.change(this.name(), text);
    } catch (error) {
      [this.fate, this.reason] = ["refused", sentence(error)];
      this.code = error instanceof Refused ? error.code : "";
      return false;
    }
    [this.fate, this.typed] = ["saved", null];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.fate === "saved") this.fate = "rest";
    }, TOLD_MS);
    return true;
  }
}
