// What the live values say of the meter: whether it answers, and which way round it counts. Pure.
import type { Connector } from "../lib/picture";

export type Verdict = "silent" | "dark" | "negative" | "load" | "idle";

/** Below this a phase has no supply. */
const DARK_V = 50;
/** Below this a power is noise. */
const NOISE_W = 20;

export function verdict(
  connector: Pick<Connector, "voltage_v" | "current_a" | "power_w">,
  phases: number,
): Verdict {
  const volts = connector.voltage_v.slice(0, phases);
  if (volts.every((each) => each === null) && connector.power_w === null) return "silent";
  if (volts.some((each) => each !== null && each < DARK_V)) return "dark";
  const watts = connector.power_w ?? 0;
  if (watts < -NOISE_W) return "negative";
  return watts > NOISE_W ? "load" : "idle";
}
