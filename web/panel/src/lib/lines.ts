// The texts of the live line: reading them, and what each makes of what the page holds. Pure.
import { extend, thin } from "./curve";
import type { Curves, Picture, Point } from "./picture";

type Tree = { [name: string]: unknown };

export interface Whole {
  kind: "whole";
  epoch: string;
  seq: number;
  at_ms: number;
  picture: Picture;
  curves: Curves;
}

export interface Change {
  kind: "change";
  seq: number;
  at_ms: number;
  picture: Tree;
  points: Record<string, Point[]>;
}

export interface Alive {
  kind: "alive";
  seq: number;
  at_ms: number;
}

export type Line = Whole | Change | Alive;

/** What the page holds of the station: the picture after `seq` changes, as of the station's `atMs`. */
export interface Held {
  epoch: string;
  seq: number;
  atMs: number;
  picture: Picture;
  curves: Curves;
}

/** A text of the line; null when it is none. */
export function read(text: string): Line | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isTree(line) || typeof line.seq !== "number" || typeof line.at_ms !== "number") return null;
  if (line.kind === "alive") return line as unknown as Alive;
  if (line.kind === "change") return readChange(line);
  return line.kind === "whole" ? readWhole(line) : null;
}

/** What is held after a line; null when the line does not follow from what is held. */
export function apply(held: Held | null, line: Line): Held | null {
  if (line.kind === "whole") return begin(line);
  if (held === null) return null;
  if (line.kind === "alive") return line.seq === held.seq ? { ...held, atMs: line.at_ms } : null;
  return line.seq === held.seq + 1 ? follow(held, line) : null;
}

/** `old` with a change: objects part by part, everything else is replaced. */
export function merge(old: unknown, change: unknown): unknown {
  if (!isTree(old) || !isTree(change)) return change;
  const changed = Object.entries(change).map(([name, part]) => [name, merge(old[name], part)] as const);
  return { ...old, ...Object.fromEntries(changed) };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readChange(line: Tree): Change | null {
  const { picture = {}, points = {} } = line; // a part in which nothing differs is left out
  return isTree(picture) && isTree(points) ? ({ ...line, picture, points } as Change) : null;
}

function readWhole(line: Tree): Whole | null {
  const { epoch, picture, curves = {} } = line;
  if (typeof epoch !== "string" || !isTree(picture) || !isTree(curves)) return null;
  const parts = [picture.station, picture.backend, picture.connectors];
  return parts.every(isTree) ? ({ ...line, curves } as unknown as Whole) : null;
}

function begin({ epoch, seq, at_ms, picture, curves }: Whole): Held {
  const thinned = Object.entries(curves).map(
    ([id, curve]) => [id, { ...curve, points: thin(curve.points) }] as const,
  );
  return { epoch, seq, atMs: at_ms, picture, curves: Object.fromEntries(thinned) };
}

function follow(held: Held, { seq, at_ms, picture: change, points }: Change): Held {
  const picture = merge(held.picture, change) as Picture;
  const curves = { ...held.curves };
  for (const [id, added] of Object.entries(points)) {
    const session = picture.connectors[id]?.transaction?.session ?? null;
    curves[id] = extend(curves[id], session, added);
  }
  return { ...held, seq, atMs: at_ms, picture, curves };
}
