import { describe, expect, test } from "vitest";
import { apply, merge, read, type Line } from "../src/lib/lines";
import { alive, change, held, whole } from "./support";

function parsed(text: string): Line {
  const line = read(text);
  if (line === null) throw new Error(`no line: ${text}`);
  return line;
}

describe("merging a change", () => {
  test("merges objects part by part", () => {
    expect(merge({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 9 } })).toEqual({ a: { b: 9, c: 2 }, d: 3 });
  });

  test("replaces numbers, texts, lists and null", () => {
    const old = { n: 1, t: "a", l: [1, 2, 3], z: null };
    expect(merge(old, { n: 2, t: "b", l: [4], z: 5 })).toEqual({ n: 2, t: "b", l: [4], z: 5 });
  });

  test("replaces null by an object, and an object by null", () => {
    expect(merge({ a: null, b: { c: 1 } }, { a: { x: 1 }, b: null })).toEqual({ a: { x: 1 }, b: null });
  });

  test("does not merge into a list or the other way round", () => {
    expect(merge({ a: [1] }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
    expect(merge({ a: { b: 1 } }, { a: [1] })).toEqual({ a: [1] });
  });

  test("leaves what it merges into as it was", () => {
    const old = { a: { b: 1 } };
    merge(old, { a: { b: 2 } });
    expect(old).toEqual({ a: { b: 1 } });
  });

  test("adds a part that was not there", () => {
    expect(merge({ "1": {} }, { "2": { id: 2 } })).toEqual({ "1": {}, "2": { id: 2 } });
  });
});

describe("reading a text", () => {
  test.each([
    "",
    "{",
    "7",
    "null",
    "[]",
    '{"kind":"whole"}',
    '{"kind":"else","seq":1,"at_ms":1}',
    '{"kind":"change","seq":"1","at_ms":1}',
    '{"kind":"change","seq":1,"at_ms":1,"picture":[]}',
    '{"kind":"whole","epoch":"e","seq":0,"at_ms":0,"picture":{},"curves":{}}',
  ])("knows that %j is no line", (text) => expect(read(text)).toBeNull());

  test("takes a change without a picture or without points for one that changes nothing there", () => {
    expect(read(change(2))).toMatchObject({ picture: {}, points: {} });
  });
});

describe("applying a line", () => {
  test("a whole replaces all, whatever is held", () => {
    expect(apply(held({ seq: 9 }), parsed(whole(3, "e2")))).toMatchObject({ epoch: "e2", seq: 3 });
  });

  test("the next change is merged", () => {
    const next = apply(
      held(),
      parsed(change(2, { picture: { connectors: { "1": { power_w: 7_360 } } } }, 5_000)),
    );
    expect(next).toMatchObject({ seq: 2, atMs: 5_000 });
    expect(next?.picture.connectors["1"]).toMatchObject({ power_w: 7_360, ocpp_status: "Available" });
  });

  test.each([1, 3, 0])("a change of number %d does not follow on number 1", (seq) => {
    expect(apply(held(), parsed(change(seq)))).toBeNull();
  });

  test("a sign of life moves the time, and tells a change that was lost", () => {
    expect(apply(held(), parsed(alive(1, 3_000)))?.atMs).toBe(3_000);
    expect(apply(held(), parsed(alive(2)))).toBeNull();
  });

  test("without a whole nothing follows", () => {
    expect(apply(null, parsed(change(1)))).toBeNull();
    expect(apply(null, parsed(alive(1)))).toBeNull();
  });

  test("points go to the end of the curve", () => {
    const before = held({ curves: { "1": { session: "s", from_ms: 0, points: [[0, 0, 7_360]] } } });
    const next = apply(before, parsed(change(2, { points: { "1": [[1_000, null, 7_360]] } })));
    expect(next?.curves["1"]?.points).toHaveLength(2);
  });

  test("a session of another id begins the curve anew", () => {
    const before = held({ curves: { "1": { session: "s", from_ms: 0, points: [[0, 0, 7_360]] } } });
    const begun = {
      picture: { connectors: { "1": { transaction: { session: "t" } } } },
      points: { "1": [[9_000, 0, 0]] },
    };
    const next = apply(before, parsed(change(2, begun)));
    expect(next?.curves["1"]).toEqual({ session: "t", from_ms: 9_000, points: [[9_000, 0, 0]] });
  });
});
