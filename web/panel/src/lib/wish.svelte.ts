// A wish on its way to the station, with the stage its answer has brought it to.
import { ask, Refused, type Arguments } from "./api";
import type { Deed, Kind } from "./deed";
import { t } from "./i18n.svelte";

export class Wish {
  deed = $state.raw<Deed | null>(null);
  readonly busy = $derived(this.deed?.stage === "sent");

  async send(kind: Kind, word: string, args: Arguments, amps = 0): Promise<void> {
    if (this.busy) return;
    const sent: Deed = { kind, stage: "sent", amps, reason: "" };
    this.deed = sent;
    try {
      await ask(word, args);
      this.deed = { ...sent, stage: "accepted" };
    } catch (error) {
      const reason = error instanceof Refused ? error.message : t("answer.none");
      this.deed = { ...sent, stage: "refused", reason };
    }
  }

  forget(): void {
    this.deed = null;
  }
}
