// What somebody asked for beside the curve, and what has become of it: told by the station's own picture, never assumed.
import type { Key } from "./i18n.svelte";
import type { Words } from "./fill";
import { LEAST_A } from "./limits";
import type { Connector } from "./picture";

export type Kind = "start" | "stop" | "pause" | "resume" | "limit" | "lift" | "now";
export type Stage = "sent" | "accepted" | "refused";

/** One wish: how far it has come by the station's answer; `amps` is what a limit was to be. */
export interface Deed {
  kind: Kind;
  stage: Stage;
  amps: number;
  reason: string;
}

export type Tone = "under_way" | "done" | "refused" | "unknown";

export interface Result {
  tone: Tone;
  key: Key;
  words: Words;
}

/** The line that tells of it. `heard` is whether the picture is of this moment. */
export function result(deed: Deed, connector: Connector, heard: boolean): Result {
  if (deed.stage === "refused") return say("refused", "deed.refused", { reason: deed.reason });
  if (!heard) return say("unknown", "deed.unknown");
  if (deed.stage === "sent") return say("under_way", "deed.sent");
  return BECOMES[deed.kind](deed, connector);
}

const BECOMES: Record<Kind, (deed: Deed, connector: Connector) => Result> = {
  start: (_, connector) =>
    connector.ocpp_status === "Charging"
      ? say("done", "deed.start.done")
      : say("under_way", connector.why.code === "car" ? "deed.start.car" : "deed.start.accepted"),
  stop: (_, { transaction }) =>
    transaction === null ? say("done", "deed.stop.done") : say("under_way", "deed.stop.accepted"),
  pause: (_, connector) =>
    ownersA(connector) === 0 && connector.offered_a === 0 && connector.relay === false
      ? say("done", "deed.pause.done")
      : say("under_way", "deed.pause.accepted"),
  resume: (_, connector) =>
    ownersA(connector) !== 0 && connector.ocpp_status === "Charging"
      ? say("done", "deed.resume.done")
      : say("under_way", "deed.resume.accepted"),
  limit: ({ amps }, connector) => limited(amps, connector),
  lift: (_, connector) =>
    ownersA(connector) === null ? say("done", "deed.lift.done") : say("under_way", "deed.accepted"),
  now: (_, connector) =>
    connector.ocpp_status === "Charging"
      ? say("done", "deed.start.done")
      : say("under_way", "deed.now.accepted"),
};

/** A limit is done when it stands and what is offered keeps it; another may be lower still. */
function limited(amps: number, connector: Connector): Result {
  if (ownersA(connector) !== amps || connector.offered_a > amps)
    return say("under_way", "deed.accepted", { amps });
  const winner = connector.limit;
  if (winner && winner.limit_a < amps)
    return say("done", "deed.limit.lower", { amps, granted: winner.limit_a });
  return say("done", "deed.limit.done", { amps });
}

/** What the owner allows, null where nothing of his stands. */
export function ownersA({ limit, limits }: Pick<Connector, "limit" | "limits">): number | null {
  const standing = limits ?? (limit ? [limit] : []);
  return standing.find(({ source }) => source === "owner")?.limit_a ?? null;
}

/** Whether his limit is a pause. */
export function paused(connector: Connector): boolean {
  const owners = ownersA(connector);
  return owners !== null && owners < LEAST_A;
}

function say(tone: Tone, key: Key, words: Words = {}): Result {
  return { tone, key, words };
}
