// Who looks at the page, and what that role may.
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

  /** Whether this role is reached. */
  may(least: Role): boolean {
    const role = this.said?.role ?? null;
    return role !== null && LADDER.indexOf(role) >= LADDER.indexOf(least);
  }
}

export const me = new Me();
