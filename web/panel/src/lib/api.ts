// What the page asks of the station over HTTP. Every failure is a sentence.
import type { Key } from "./i18n.svelte";
import { speech, t } from "./i18n.svelte";
import { refusalSentence, type Word } from "./refusals";
import type { BenchTable } from "./picture";

const PATIENCE_MS = 10_000;
const FILE_MS = 60_000;
/** Words whose answer comes when a person, a car or the whole station has done something. */
const SLOW_MS: Record<string, number> = { start_charging: 40_000, card_learn: 40_000, self_test: 30_000 };
/** Words after which the host that was to answer is gone. */
const LAST_WORDS = new Set(["host_crash", "power_cycle", "reset_button", "stop", "restart"]);

export type Argument = string | number | boolean | null | readonly string[];
export type Arguments = Record<string, Argument>;
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A failure that people read: `code` says which, `retryS` when it may be tried again. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code = "",
    readonly retryS = 0,
    readonly words: Record<string, Word> = {},
  ) {
    super(message);
  }
}

/** The codes that mean the same wherever they come from. The station's own English says more where it is read. */
const SENTENCES: Record<string, Key> = {
  sign_in: "answer.sign_in",
  password: "answer.password",
  set_up: "answer.set_up",
  origin: "answer.origin",
  no_answer: "answer.none",
};

let signedOut: () => void = () => {};

/** What is to be done when the station says that nobody is signed in any more. */
export function whenSignedOut(act: () => void): void {
  signedOut = act;
}

/** Do an operation. Throws Refused, whose message is for people. */
export async function perform(word: string, args: Arguments): Promise<void> {
  await ask(word, args);
}

/** Do an operation, for its value. Throws Refused, whose message is for people. */
export async function ask<T>(word: string, args: Arguments = {}): Promise<T | null> {
  const patience = SLOW_MS[word] ?? PATIENCE_MS;
  const answer = await send("POST", `/api/operations/${encodeURIComponent(word)}`, args, patience);
  if (answer === null && LAST_WORDS.has(word)) return null;
  return (await read<{ value: T }>(answer)).value;
}

/** A request for its answer. Throws Refused, whose message is for people. */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  patienceMs = PATIENCE_MS,
  stop?: AbortSignal,
): Promise<T> {
  return read<T>(await send(method, path, body, patienceMs, stop));
}

/** A file of the station's and the name it gives it. Throws Refused, whose message is for people. */
export async function fetched(path: string): Promise<{ name: string; data: Uint8Array<ArrayBuffer> }> {
  const answer = await send("GET", path, undefined, FILE_MS);
  if (!answer?.ok) return read(answer);
  const data = await answer.arrayBuffer().catch(() => null);
  if (data === null) throw new Refused(t("answer.none"), "no_answer");
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  return { name: name ?? "file", data: new Uint8Array(data) };
}

/** What can be caused on this station. Throws Refused. */
export function benchTable(): Promise<BenchTable> {
  return call<BenchTable>("GET", "/api/bench");
}

async function read<T>(answer: Response | null): Promise<T> {
  if (answer === null) throw new Refused(t("answer.none"), "no_answer");
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok) return said as T;
  throw refusal(answer.status, (said ?? {}) as Answer);
}

interface Answer {
  error?: unknown;
  code?: unknown;
  words?: Record<string, Word>;
  retry_s?: unknown;
}

function refusal(status: number, said: Answer): Refused {
  const code = typeof said.code === "string" ? said.code : "";
  if (status === 401 && (code === "sign_in" || code === "set_up")) signedOut();
  const retryS = typeof said.retry_s === "number" ? Math.ceil(said.retry_s) : 0;
  const own = typeof said.error === "string" ? said.error : t("answer.none");
  if (code === "too_fast") return new Refused(t("answer.too_fast", { seconds: retryS }), code, retryS);
  const key = SENTENCES[code];
  if (key !== undefined) return new Refused(speech.language === "en" ? own : t(key), code, retryS);
  const words = said.words ?? {};
  return new Refused(refusalSentence(code, words) ?? own, code, retryS, words);
}

function send(
  method: Method,
  path: string,
  body: unknown,
  patienceMs: number,
  stop?: AbortSignal,
): Promise<Response | null> {
  const signal = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(stop ? [stop] : [])]);
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(path, { method, ...(body === undefined ? {} : json), signal }).catch(() => null);
}
