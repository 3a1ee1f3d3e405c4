// The thin shell of the live line: one socket, one timer, and the signs that a page wakes up.
import { LiveLine, type Effect, type Event, type Since } from "./live";

export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event?: { code: number }) => void) | null;
  close(): void;
}

export interface Surroundings {
  clock: () => number;
  connect: (since: Since | null) => Socket;
  /** Called after everything that may have changed the line, and at each look at the clock. */
  changed: (line: LiveLine) => void;
  /** Called when the station has closed the line because nobody is signed in any more. */
  signedOut?: () => void;
}

/** What the station closes a line with whose person it does not know any more. */
const SIGNED_OUT = 4401;

/** How often the clock is looked at: it may have jumped, and a sleeping page's timers stand still. */
const LOOK_EVERY_MS = 500;

const WAKING = ["online", "pageshow", "visibilitychange"];

/** Keep the line up until the returned function is called. `signs` is where waking is heard of. */
export function keepLive(around: Surroundings, signs: EventTarget[]): () => void {
  const line = new LiveLine();
  let socket: Socket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(event: Event): void {
    for (const effect of line.handle(event, around.clock())) act(effect);
    clearTimeout(timer);
    const left = Math.max(0, line.deadline() - around.clock());
    timer = setTimeout(() => tell("deadline"), Math.min(left, LOOK_EVERY_MS));
    around.changed(line);
  }

  function act(effect: Effect): void {
    drop();
    if (effect.do === "open") listen(around.connect(effect.since));
  }

  function listen(fresh: Socket): void {
    socket = fresh;
    fresh.onmessage = ({ data }) => tell({ text: String(data) });
    fresh.onclose = (event) => {
      socket = null;
      if (event?.code === SIGNED_OUT) around.signedOut?.();
      tell("closed");
    };
  }

  function drop(): void {
    if (socket === null) return;
    socket.onmessage = socket.onclose = null; // what an old socket still says counts no more
    socket.close();
    socket = null;
  }

  const wake = () => tell("wake");
  const unplugged = () => tell("unplugged");
  for (const sign of signs) {
    for (const name of WAKING) sign.addEventListener(name, wake);
    sign.addEventListener("offline", unplugged);
  }
  tell("start");
  return () => {
    for (const sign of signs) {
      for (const name of WAKING) sign.removeEventListener(name, wake);
      sign.removeEventListener("offline", unplugged);
    }
    clearTimeout(timer);
    drop();
  };
}

/** The station's live line, from this page's own address. */
export function connect(since: Since | null): Socket {
  const url = new URL("/api/live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (since) url.search = new URLSearchParams({ epoch: since.epoch, since: String(since.seq) }).toString();
  return new WebSocket(url) as unknown as Socket;
}

/** A clock that counts a phone's sleep too, and that nobody who sets the time can turn back. */
export function sleeplessClock(): () => number {
  let [steady, wall, total] = [performance.now(), Date.now(), 0];
  return () => {
    const [nextSteady, nextWall] = [performance.now(), Date.now()];
    total += Math.max(nextSteady - steady, nextWall - wall);
    [steady, wall] = [nextSteady, nextWall];
    return total;
  };
}
