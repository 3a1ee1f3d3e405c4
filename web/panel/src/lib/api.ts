// What the page asks of the station over HTTP. Every failure is a sentence.
import type { BenchTable } from "./picture";
import { NO_ANSWER, NO_TABLE } from "./words";

const PATIENCE_MS = 10_000;
/** Words after which the host that was to answer is gone. */
const LAST_WORDS = new Set(["host_crash", "power_cycle", "reset_button", "stop"]);

export type Arguments = Record<string, string | number | boolean | null>;

export class Refused extends Error {}

/** Do an operation. Throws Refused, whose message is for people. */
export async function perform(word: string, args: Arguments): Promise<void> {
  await ask(word, args);
}

/** Do an operation, for its value. Throws Refused, whose message is for people. */
export async function ask<T>(word: string, args: Arguments = {}): Promise<T | null> {
  const answer = await post(word, args);
  if (answer === null || !answer.ok) {
    if (answer === null && LAST_WORDS.has(word)) return null;
    throw new Refused((answer && (await sentence(answer))) ?? NO_ANSWER);
  }
  return ((await answer.json()) as { value: T }).value;
}

/** What can be caused on this station. Throws Refused. */
export async function benchTable(): Promise<BenchTable> {
  const answer = await fetch("/api/bench", { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (!answer?.ok) throw new Refused(NO_TABLE);
  return (await answer.json()) as BenchTable;
}

function post(word: string, args: Arguments): Promise<Response | null> {
  return fetch(`/api/operations/${encodeURIComponent(word)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(args),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => null);
}

async function sentence(answer: Response): Promise<string | null> {
  const body: unknown = await answer.json().catch(() => null);
  const error = (body as { error?: unknown } | null)?.error;
  return typeof error === "string" ? error : null;
}
