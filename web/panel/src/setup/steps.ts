// The steps of the set-up, in their order. Pure.

export const STEPS = [
  "language",
  "password",
  "country",
  "fuse",
  "cable",
  "meter",
  "backend",
  "cards",
  "test",
  "summary",
] as const;

export type Step = (typeof STEPS)[number];

/** What the key c_SetUpStep says when nothing is left to do. */
export const DONE = "done";

export function isStep(text: string): text is Step {
  return (STEPS as readonly string[]).includes(text);
}

export function before(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

export function after(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}

export type Strength = "short" | "weak" | "fair" | "good";

const LEAST = 8;

/** How hard a password is to guess, roughly: the station decides what it takes. */
export function strength(password: string): Strength {
  if (password.length < LEAST) return "short";
  const different = new Set(password.toLowerCase()).size;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((each) => each.test(password)).length;
  const runs = /(.)\1\1|0123|1234|2345|3456|4567|5678|6789|abcd|qwer|asdf|pass/i.test(password);
  const weight = Math.min(password.length, different * 2) + 2 * (kinds - 1) - (runs ? 6 : 0);
  if (weight < 12) return "weak";
  return weight < 17 ? "fair" : "good";
}
