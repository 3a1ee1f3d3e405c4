// What the page knows of the station and of its own line to it, for the components to show.
import type { Held } from "./lines";
import type { LineState } from "./live";
import { connect, keepLive, sleeplessClock } from "./shell";

class Station {
  state = $state<LineState>("connecting");
  held = $state.raw<Held | null>(null);
  private heardAt = $state(0);
  private now = $state(0);

  /** Whether a connector has to be named to be known. */
  readonly many = $derived(Object.keys(this.held?.picture.connectors ?? {}).length > 1);
  readonly live = $derived(this.state === "live");
  readonly silentS = $derived(Math.max(0, this.now - this.heardAt) / 1_000);
  /** The station's own time at this moment, as far as the page can tell. */
  readonly atMs = $derived(this.held === null ? 0 : this.held.atMs + this.sinceHeldMs());

  /** Begin; the returned function ends it. */
  start(signedOut: () => void = () => {}): () => void {
    const clock = sleeplessClock();
    const changed = (line: { state: LineState; held: Held | null; heardAt: number | null }) => {
      [this.state, this.held, this.heardAt, this.now] = [line.state, line.held, line.heardAt ?? 0, clock()];
      mark(line.held);
    };
    return keepLive({ clock, connect, changed, signedOut }, [window, document]);
  }

  private sinceHeldMs(): number {
    const lapse = this.held?.picture.lapse;
    const pace = lapse ? (lapse.speed === 0 ? 0 : (lapse.reached ?? lapse.speed)) : 1;
    return this.live ? (this.now - this.heardAt) * pace : 0;
  }
}

/** For whoever watches the page from outside. */
function mark(held: Held | null): void {
  if (held === null) return;
  document.documentElement.dataset.seq = String(held.seq);
  document.documentElement.dataset.epoch = held.epoch;
}

export const station = new Station();
