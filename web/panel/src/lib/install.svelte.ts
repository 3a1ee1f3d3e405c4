// Whether this page can be installed as an app, and if not, why.
import type { Key } from "./i18n.svelte";

interface Offer extends Event {
  prompt(): Promise<unknown>;
}

type State = "offered" | "insecure" | "untrusted" | "by_hand";

const SENTENCES: Record<State, Key> = {
  offered: "install.now",
  insecure: "install.insecure",
  untrusted: "install.untrusted",
  by_hand: "install.by_hand",
};

class Installing {
  private offer = $state.raw<Offer | null>(null);
  private refused = $state(false);

  readonly state: State = $derived.by(() => {
    if (this.offer !== null) return "offered";
    if (!isSecureContext) return "insecure";
    return this.refused ? "untrusted" : "by_hand";
  });
  readonly sentence = $derived(SENTENCES[this.state]);

  /** Begin: a browser offers it when it likes, and takes a worker only from an address it trusts. */
  begin(): void {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.offer = event as Offer;
    });
    addEventListener("appinstalled", () => (this.offer = null));
    if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
    navigator.serviceWorker.register("/worker.js").catch(() => (this.refused = true));
  }

  async ask(): Promise<void> {
    const offer = this.offer;
    this.offer = null; // one offer can be taken up once
    await offer?.prompt();
  }
}

export const installing = new Installing();
