// Where the set-up is, and what a step has to do before the next one comes.
import { ask } from "../lib/api";
import { me } from "../lib/me.svelte";
import { route } from "../lib/router.svelte";
import { keys } from "../settings/keys.svelte";
import { after, before, DONE, isStep, type Step } from "./steps";

class Wizard {
  /** Whether a test charge was seen here. */
  tested = $state(false);
  busy = $state(false);
  /** What the step does before it is left forwards, and whether that went well; null: nothing. */
  private task = $state.raw<(() => Promise<boolean>) | null>(null);

  readonly hasTask = $derived(this.task !== null);
  /** Somebody is signed in who may set things up. */
  readonly entered = $derived(me.may("operator"));
  readonly step = $derived(this.reached(route.path[1] ?? ""));

  /** Without a password only the first two steps can be seen. */
  private reached(asked: string): Step {
    const step = isStep(asked) ? asked : this.kept();
    return this.entered || step === "language" ? step : "password";
  }

  private kept(): Step {
    const kept = keys.value("c_SetUpStep") ?? "";
    return isStep(kept) ? kept : "language";
  }

  /** Called by a step as it appears; the returned function takes the task away with it. */
  does(task: () => Promise<boolean>): () => void {
    this.task = task;
    return () => {
      if (this.task === task) this.task = null;
    };
  }

  async next(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const well = await (this.task?.() ?? Promise.resolve(true)).finally(() => (this.busy = false));
    if (well) this.skip();
  }

  skip(): void {
    const next = after(this.step);
    if (next) this.go(next);
  }

  back(): void {
    const last = before(this.step);
    if (last) this.go(last);
  }

  go(step: Step): void {
    route.go("setup", step);
    this.keep(step);
  }

  /** Nothing is left to do. */
  async complete(): Promise<void> {
    await keys.change("c_SetUpStep", DONE);
    route.go();
  }

  /** So that a reload, or another phone, goes on here. A station that cannot keep it loses only the place. */
  private keep(step: Step): void {
    if (this.entered) void ask("config_set", { key: "c_SetUpStep", value: step }).catch(() => null);
  }
}

export const wizard = new Wizard();
