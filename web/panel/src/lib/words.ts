// Every sentence and label the page says itself. What the station says about itself comes from the station.
import { age } from "./format";
import type { LineState } from "./live";
import type { Backend } from "./picture";

export const NO_ANSWER = "The station did not answer. Try again.";
export const NO_TABLE = "The station does not say what can be caused on it.";
export const BENCH_WAITS = "The bench waits for the station; this is how it stood last.";
export const NO_CURVE = "No session yet. The curve begins with the next one.";
export const FIRST_POINTS = "The session begins; its curve appears in a moment.";

const STATUS: Record<string, string> = {
  Available: "Ready",
  Preparing: "Getting ready",
  Charging: "Charging",
  SuspendedEV: "Waiting for the car",
  SuspendedEVSE: "Paused",
  Finishing: "Finished",
  Reserved: "Reserved",
  Unavailable: "Out of service",
  Faulted: "Fault",
};

/** OCPP's word for a connector, in people's words. */
export function statusWord(status: string | null): string {
  return status === null ? "Starting" : (STATUS[status] ?? status);
}

export const LINE_WORD: Record<LineState, string> = {
  connecting: "Connecting",
  live: "Live",
  stale: "Silent",
  lost: "No connection",
};

/** Why nothing of the station is shown as present; null while the line is live. */
export function lineSentence(state: LineState): string | null {
  if (state === "live") return null;
  return state === "connecting"
    ? "Connecting to the station…"
    : "No connection to the station. Trying again…";
}

export function asOf(seconds: number): string {
  return `as of ${age(seconds)} ago`;
}

export type BackendState = "online" | "offline" | "none";

export function backendState(backend: Backend): BackendState {
  if (!backend.configured) return "none";
  return backend.connected ? "online" : "offline";
}

export const BACKEND_WORD: Record<BackendState, string> = {
  online: "Operator online",
  offline: "Operator offline",
  none: "No operator",
};

/** What is to be told about the operator beyond its state, one sentence each. */
export function backendNotes(backend: Backend): string[] {
  if (!backend.configured) return [];
  const notes = [];
  if (!backend.connected && backend.problem) notes.push(backend.problem);
  if (backend.queued > 0) notes.push(waiting(backend.queued));
  if (backend.set_aside > 0) notes.push(setAside(backend.set_aside));
  return notes;
}

function waiting(count: number): string {
  return count === 1 ? "1 message waits for the operator." : `${count} messages wait for the operator.`;
}

function setAside(count: number): string {
  return count === 1
    ? "1 session was set aside: the operator would not take it."
    : `${count} sessions were set aside: the operator would not take them.`;
}

export const SHOWN_BY_CAR: Record<string, string> = {
  A: "No car",
  B: "Connected",
  C: "Wants power",
  D: "Wants power, ventilated",
  E: "Pilot shorted",
  F: "Pilot lost",
};

export const NO_BACKEND_TO_CUT = "This station was started without an operator, so there is no line to cut.";
export const GOOD_CAR = "Behaves as it should";
