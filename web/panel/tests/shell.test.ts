import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveLine } from "../src/lib/live";
import { keepLive, sleeplessClock } from "../src/lib/shell";
import { alive, change, FakeSocket, whole } from "./support";

let sockets: FakeSocket[];
let signs: EventTarget;
let states: string[];
let line: LiveLine | undefined;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  [sockets, signs, states] = [[], new EventTarget(), []];
  const changed = (now: LiveLine) => {
    line = now;
    if (states.at(-1) !== now.state) states.push(now.state);
  };
  end = keepLive({ clock: () => Date.now(), connect, changed }, [signs]);
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

function connect(since: FakeSocket["since"]): FakeSocket {
  expect(open()).toHaveLength(0); // never two at once
  const socket = new FakeSocket(since);
  sockets.push(socket);
  return socket;
}

function open(): FakeSocket[] {
  return sockets.filter((each) => !each.closed);
}

function latest(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket yet");
  return socket;
}

test("a line is opened, heard, lost, and opened again from where it was", () => {
  latest().say(whole(7));
  latest().say(change(8));
  latest().breaks();
  vi.advanceTimersByTime(250);
  expect(latest().since).toEqual({ epoch: "e1", seq: 8 });
  latest().say(change(9));
  expect(states).toEqual(["connecting", "live", "lost", "live"]);
});

test("a connection that never speaks is given up after three seconds", () => {
  vi.advanceTimersByTime(2_999);
  expect(sockets).toHaveLength(1);
  vi.advanceTimersByTime(251);
  expect(sockets).toHaveLength(2);
  expect(open()).toHaveLength(1);
});

test("a silent line is stale after six seconds", () => {
  latest().say(whole(1));
  vi.advanceTimersByTime(4_000);
  latest().say(alive(1));
  vi.advanceTimersByTime(5_999);
  expect(line?.state).toBe("live");
  vi.advanceTimersByTime(1);
  expect(line?.state).toBe("stale");
  expect(open()).toHaveLength(1);
});

test("an old socket is not heard any more", () => {
  latest().say(whole(1));
  const old = latest();
  const { onmessage, onclose } = old;
  vi.advanceTimersByTime(6_000);
  old.say(whole(99));
  old.breaks();
  expect(line?.held?.seq).toBe(1);
  expect([onmessage, onclose]).not.toContain(null);
  expect(sockets).toHaveLength(2);
});

test.each(["online", "pageshow", "visibilitychange"])("%s brings a sleeping line back at once", (name) => {
  latest().say(whole(1));
  vi.setSystemTime(Date.now() + 3_600_000); // a sleep: the clock goes on, timers do not
  signs.dispatchEvent(new Event(name));
  expect(line?.state).toBe("stale");
  expect(latest().since).toBeNull();
  latest().say(whole(500));
  expect(line).toMatchObject({ state: "live", held: { seq: 500 } });
});

test("a sleep that nobody tells of is noticed at the next look at the clock", () => {
  latest().say(whole(1));
  vi.setSystemTime(Date.now() + 86_400_000);
  vi.advanceTimersByTime(500);
  expect(line?.state).toBe("stale");
  expect(open()).toHaveLength(1);
});

test("what waited in a socket while the page slept is not shown as of now", () => {
  latest().say(whole(1));
  const asleep = latest();
  vi.setSystemTime(Date.now() + 86_400_000);
  asleep.say(change(2));
  expect(line).toMatchObject({ state: "stale", held: { seq: 1 } });
  latest().say(whole(9));
  expect(line).toMatchObject({ state: "live", held: { seq: 9 } });
});

test("a browser without a network shows nothing as live until the station has answered again", () => {
  latest().say(whole(4));
  signs.dispatchEvent(new Event("offline"));
  expect(line?.state).toBe("stale");
  expect(latest().since).toEqual({ epoch: "e1", seq: 4 });
  latest().say(alive(4));
  expect(line?.state).toBe("live");
});

test("all signs of waking together open one socket", () => {
  latest().say(whole(1));
  vi.setSystemTime(Date.now() + 60_000);
  for (const name of ["online", "pageshow", "visibilitychange"]) signs.dispatchEvent(new Event(name));
  expect(sockets).toHaveLength(2);
});

test("nothing is left behind at the end", () => {
  end();
  signs.dispatchEvent(new Event("online"));
  vi.advanceTimersByTime(60_000);
  expect(open()).toHaveLength(0);
  expect(sockets).toHaveLength(1);
});

test("the page's clock counts a sleep and is not turned back", () => {
  const steady = vi.spyOn(performance, "now").mockReturnValue(0);
  vi.setSystemTime(1_000_000);
  const clock = sleeplessClock();
  steady.mockReturnValue(100);
  vi.setSystemTime(1_060_000);
  expect(clock()).toBe(60_000);
  steady.mockReturnValue(200);
  vi.setSystemTime(500_000);
  expect(clock()).toBe(60_100);
});
