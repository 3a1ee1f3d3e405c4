// The live line as a core without sockets or clocks: events and the time go in, what to do comes out.
import { apply, read, type Held } from "./lines";

export const CONNECT_WITHIN_MS = 3_000;
export const STALE_AFTER_MS = 6_000;
/** The station says something every 2 s; a page that wakes up does not wait longer than this. */
export const DOUBTFUL_AFTER_MS = 2_500;
/** An attempt that is younger than this when the page wakes up is given its chance. */
const FRESH_MS = 500;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 2_000;
/** A line that has held this long has earned a quick first attempt when it breaks. */
const PROVEN_AFTER_MS = 2_000;

/**
 * `connecting`: an attempt without a failure before it. `live`: a line was heard on this socket.
 * `stale`: nothing was heard for too long, the first attempt anew is under way. `lost`: attempts fail.
 */
export type LineState = "connecting" | "live" | "stale" | "lost";

/** `unplugged`: the browser says that it has no network any more. */
export type Event = "start" | "wake" | "unplugged" | "closed" | "deadline" | { text: string };

export interface Since {
  epoch: string;
  seq: number;
}

export type Effect = { do: "close" } | { do: "open"; since: Since | null };

type Socket =
  | { is: "none"; retryAt: number }
  | { is: "opening"; from: number }
  | { is: "open"; from: number; heardAt: number };

export class LiveLine {
  state: LineState = "connecting";
  held: Held | null = null;
  /** When the last line came, by the page's own clock. */
  heardAt: number | null = null;

  private socket: Socket = { is: "none", retryAt: 0 };
  private failures = 0;
  private wantsWhole = true;

  /** When `deadline` is to be handed in, if nothing happens before. */
  deadline(): number {
    if (this.socket.is === "none") return this.socket.retryAt;
    if (this.socket.is === "opening") return this.socket.from + CONNECT_WITHIN_MS;
    return this.socket.heardAt + STALE_AFTER_MS;
  }

  handle(event: Event, now: number): Effect[] {
    if (typeof event === "object") return this.slept(now) ? this.expire(now) : this.hear(event.text, now);
    if (event === "start") return this.open("connecting", now);
    if (event === "wake") return this.wake(now);
    if (event === "unplugged") return this.doubt(now);
    if (event === "closed") return this.fail(now);
    return now < this.deadline() ? [] : this.expire(now);
  }

  /** A text that waited while the page slept is of then: nothing of it may be shown as of now. */
  private slept(now: number): boolean {
    return this.socket.is === "open" && now >= this.deadline();
  }

  private hear(text: string, now: number): Effect[] {
    if (this.socket.is === "none") return [];
    const line = read(text);
    const follows = line !== null && (line.kind === "whole" || !this.wantsWhole);
    const held = follows ? apply(this.held, line) : null;
    if (held === null) return this.distrust(now);
    const from = this.socket.is === "open" ? this.socket.from : now;
    this.socket = { is: "open", from, heardAt: now };
    if (now - from >= PROVEN_AFTER_MS) this.failures = 0;
    [this.held, this.heardAt, this.wantsWhole, this.state] = [held, now, false, "live"];
    return [];
  }

  /** What came does not follow from what is held: only the whole can mend that. */
  private distrust(now: number): Effect[] {
    this.wantsWhole = true;
    return [{ do: "close" }, ...this.fail(now)];
  }

  private fail(now: number): Effect[] {
    this.state = "lost";
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.failures, LONGEST_BACKOFF_MS);
    this.failures += 1;
    this.socket = { is: "none", retryAt: now + backoff };
    return [];
  }

  private expire(now: number): Effect[] {
    if (this.socket.is === "none") return this.open(this.state, now);
    if (this.socket.is === "opening") return [{ do: "close" }, ...this.fail(now)];
    return this.doubt(now);
  }

  /** The page may have slept, and its socket may be dead without knowing it. */
  private wake(now: number): Effect[] {
    if (this.socket.is === "none") return this.open(this.state, now);
    const [quietFrom, patience] =
      this.socket.is === "open" ? [this.socket.heardAt, DOUBTFUL_AFTER_MS] : [this.socket.from, FRESH_MS];
    if (now - quietFrom < patience) return [];
    this.wantsWhole = true; // the whole comes at once, even when nothing was missed
    return [{ do: "close" }, ...this.open(now - quietFrom < STALE_AFTER_MS ? "connecting" : "stale", now)];
  }

  /** A station on this very machine is there without a network too: ask it, and show nothing until it answers. */
  private doubt(now: number): Effect[] {
    return this.socket.is === "open" ? [{ do: "close" }, ...this.open("stale", now)] : [];
  }

  private open(state: LineState, now: number): Effect[] {
    this.state = state;
    this.socket = { is: "opening", from: now };
    const { held } = this;
    const since = held === null || this.wantsWhole ? null : { epoch: held.epoch, seq: held.seq };
    return [{ do: "open", since }];
  }
}
