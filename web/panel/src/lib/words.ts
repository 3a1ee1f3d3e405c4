// What the page says of its line to the station, and of the station's line to its operator.
import { age } from "./format";
import { t, type Key } from "./i18n.svelte";
import type { LineState } from "./live";
import type { Backend } from "./picture";
import { noteSentence } from "./saying";

const LINE: Record<LineState, Key> = {
  connecting: "line.connecting",
  live: "line.live",
  stale: "line.stale",
  lost: "line.lost",
};

export function lineWord(state: LineState): string {
  return t(LINE[state]);
}

/** Why nothing of the station is shown as present; null while the line is live. */
export function lineSentence(state: LineState): string | null {
  if (state === "live") return null;
  return t(state === "connecting" ? "line.connecting_to" : "line.trying");
}

export function asOf(seconds: number): string {
  return t("line.as_of", { age: age(seconds) });
}

export type BackendState = "online" | "offline" | "none";

export function backendState(backend: Backend): BackendState {
  if (!backend.configured) return "none";
  return backend.connected ? "online" : "offline";
}

const BACKEND: Record<BackendState, Key> = {
  online: "operator.online",
  offline: "operator.offline",
  none: "operator.none",
};

export function backendWord(state: BackendState): string {
  return t(BACKEND[state]);
}

/** What is to be told about the operator beyond its state, one sentence each. */
export function backendNotes(backend: Backend): string[] {
  if (!backend.configured) return [];
  const notes = [];
  const problem = backendProblem(backend);
  if (!backend.connected && problem) notes.push(problem);
  if (backend.queued > 0) notes.push(counted("operator.message", "operator.messages", backend.queued));
  if (backend.set_aside > 0) notes.push(counted("operator.aside", "operator.asides", backend.set_aside));
  return notes;
}

/** What is in the way, as a sentence; "" of nothing. The station's own begin and end as a line of a log does. */
export function backendProblem({ problem, trouble }: Backend): string {
  const text = trouble ? noteSentence("trouble", trouble) : (problem ?? "");
  const whole = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return whole === "" || /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function counted(one: Key, many: Key, count: number): string {
  return t(count === 1 ? one : many, { count });
}
