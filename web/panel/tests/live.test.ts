import { beforeEach, describe, expect, test } from "vitest";
import { LiveLine } from "../src/lib/live";
import { alive, change, whole } from "./support";

let line: LiveLine;

beforeEach(() => {
  line = new LiveLine();
});

/** A line that went live at time 0. */
function live(): LiveLine {
  line.handle("start", 0);
  line.handle({ text: whole(4) }, 0);
  return line;
}

const OPEN_WHOLE = { do: "open", since: null };
const CLOSE = { do: "close" };

describe("connecting", () => {
  test("asks for the whole and is live with it", () => {
    expect(line.handle("start", 0)).toEqual([OPEN_WHOLE]);
    expect(line.state).toBe("connecting");
    line.handle({ text: whole(4) }, 10);
    expect(line).toMatchObject({ state: "live", heardAt: 10, held: { seq: 4, epoch: "e1" } });
  });

  test("gives an attempt three seconds", () => {
    line.handle("start", 0);
    expect(line.deadline()).toBe(3_000);
    expect(line.handle("deadline", 2_999)).toEqual([]);
    expect(line.handle("deadline", 3_000)).toEqual([CLOSE]);
    expect(line.state).toBe("lost");
  });

  test("tries again after 0.25 s, 0.5 s, 1 s and then every 2 s", () => {
    line.handle("start", 0);
    const waits = [1, 2, 3, 4, 5].map(() => {
      line.handle("closed", 0);
      const wait = line.deadline();
      expect(line.handle("deadline", wait)).toEqual([OPEN_WHOLE]);
      return wait;
    });
    expect(waits).toEqual([250, 500, 1_000, 2_000, 2_000]);
    expect(line.state).toBe("lost");
  });

  test("a line that breaks at once does not make it hurry", () => {
    line.handle("start", 0);
    for (const wait of [250, 500, 1_000]) {
      line.handle({ text: whole() }, 0);
      line.handle("closed", 0);
      expect(line.deadline()).toBe(wait);
      line.handle("deadline", wait);
    }
  });

  test("a line that has held for a while has earned a quick attempt", () => {
    line.handle("start", 0);
    line.handle("closed", 0);
    line.handle("deadline", 250);
    line.handle({ text: whole(4) }, 250);
    line.handle({ text: alive(4) }, 2_250);
    line.handle("closed", 3_000);
    expect(line.deadline()).toBe(3_250);
  });
});

describe("breaking", () => {
  test("comes back with the epoch and the last number", () => {
    live().handle({ text: change(5) }, 100);
    line.handle("closed", 200);
    expect(line.state).toBe("lost");
    expect(line.handle("deadline", 450)).toEqual([{ do: "open", since: { epoch: "e1", seq: 5 } }]);
    line.handle({ text: change(6) }, 460);
    expect(line).toMatchObject({ state: "live", held: { seq: 6 } });
  });

  test("keeps what it held, and when that was", () => {
    live().handle("closed", 900);
    expect(line).toMatchObject({ heardAt: 0, held: { seq: 4 } });
  });

  test("takes the whole of another epoch, whatever its number", () => {
    live().handle("closed", 100);
    line.handle("deadline", 350);
    line.handle({ text: whole(1, "e2") }, 360);
    expect(line).toMatchObject({ state: "live", held: { epoch: "e2", seq: 1 } });
    line.handle({ text: change(2) }, 370);
    expect(line.state).toBe("live");
  });

  test("is stale after six seconds of silence, and tries at once", () => {
    live();
    expect(line.handle("deadline", 5_999)).toEqual([]);
    expect(line.state).toBe("live");
    expect(line.handle("deadline", 6_000)).toEqual([CLOSE, { do: "open", since: { epoch: "e1", seq: 4 } }]);
    expect(line.state).toBe("stale");
    line.handle("deadline", 9_000);
    expect(line.state).toBe("lost");
  });

  test("a sign of life keeps it live", () => {
    live().handle({ text: alive(4) }, 5_000);
    expect(line.handle("deadline", 6_000)).toEqual([]);
    expect(line.state).toBe("live");
  });
});

describe("distrust", () => {
  test.each([
    ["a gap", change(6)],
    ["a number twice", change(4)],
    ["a sign of life of another number", alive(5)],
    ["no JSON", '{"kind": "cha'],
    ["an unknown kind", '{"kind": "else", "seq": 5, "at_ms": 1}'],
  ])("%s closes the line and asks for the whole", (_what, text) => {
    live();
    expect(line.handle({ text }, 100)).toEqual([CLOSE]);
    expect(line).toMatchObject({ state: "lost", held: { seq: 4 } });
    expect(line.handle("deadline", 350)).toEqual([OPEN_WHOLE]);
    line.handle({ text: change(5) }, 360);
    expect(line.state).toBe("lost");
  });

  test("what comes when there is no socket is not heard", () => {
    live().handle("closed", 100);
    expect(line.handle({ text: whole(9) }, 110)).toEqual([]);
    expect(line.held?.seq).toBe(4);
  });
});

describe("waking", () => {
  test("opens at once when it was waiting", () => {
    live().handle("closed", 100);
    expect(line.handle("wake", 110)).toEqual([{ do: "open", since: { epoch: "e1", seq: 4 } }]);
  });

  test("leaves a line alone that was heard just now", () => {
    live();
    expect(line.handle("wake", 2_400)).toEqual([]);
    expect(line.state).toBe("live");
  });

  test("does not trust a line that has been quiet, and asks for the whole", () => {
    live();
    expect(line.handle("wake", 2_600)).toEqual([CLOSE, OPEN_WHOLE]);
    expect(line.state).toBe("connecting");
  });

  test("after a long sleep what is held is stale", () => {
    live();
    line.handle("wake", 3_600_000);
    expect(line.state).toBe("stale");
  });

  test("several signs of waking open one socket", () => {
    live();
    line.handle("wake", 60_000);
    expect(line.handle("wake", 60_001)).toEqual([]);
    expect(line.handle("wake", 60_002)).toEqual([]);
  });

  test("gives up an attempt from before the sleep", () => {
    line.handle("start", 0);
    expect(line.handle("wake", 60_000)).toEqual([CLOSE, OPEN_WHOLE]);
  });
});
