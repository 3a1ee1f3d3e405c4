// Who looks at the page, and what that role may.
import { call, Refused, whenSignedOut } from "./api";
import { speech } from "./i18n.svelte";

export type Role = "guest" | "user" | "operator" | "manufacturer";
const LADDER: Role[] = ["guest", "user", "operator", "manufacturer"];

/** As GET /api/me says it. */
export interface Said {
  name: string | null;
  role: Role | null;
  card: string;
  open: boolean;
  set_up: boolean;
  https: boolean;
  fingerprint?: string | null;
  language?: string | null;
}

class Me {
  said = $state.raw<Said | null>(null);
  /** Whether somebody was signed in here, and the station has ended that. */
  ended = $state(false);

  constructor() {
    whenSignedOut(() => void this.end());
  }

  /** Whether this role is reached. */
  may(least: Role): boolean {
    const role = this.said?.role ?? null;
    return role !== null && LADDER.indexOf(role) >= LADDER.indexOf(least);
  }

  /** Ask the station who this is; whether it answered. */
  async load(): Promise<boolean> {
    try {
      await this.take(await call<Said>("GET", "/api/me"));
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return false;
    }
  }

  /** Throws Refused. */
  async signIn(name: string, password: string): Promise<void> {
    await this.take(await call<Said>("POST", "/api/sign-in", { name, password }));
    this.ended = false;
  }

  /** Throws Refused. */
  async signOut(everywhere = false): Promise<void> {
    await call("POST", everywhere ? "/api/sign-out-everywhere" : "/api/sign-out", {});
    await this.load();
    this.ended = false;
  }

  private async take(said: Said): Promise<void> {
    const first = this.said === null;
    this.said = said;
    if (first) await speech.begin(said.language ?? null);
  }

  /** The station does not know this session any more: look anew who this is. */
  async end(): Promise<void> {
    if (this.said === null || this.said.role === null) return;
    this.said = { ...this.said, name: null, role: null };
    this.ended = true;
    await this.load();
  }
}

export const me = new Me();
