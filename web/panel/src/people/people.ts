// People as the station tells them, and what one person may do to another. Pure.
import type { Role } from "../lib/me.svelte";

export interface Person {
  name: string;
  role: Role;
  card: string;
  signed_in: number;
}

export const ROLES: Role[] = ["guest", "user", "operator", "manufacturer"];

/** The roles that somebody of this role may give: at most one's own. */
export function givable(mine: Role | null): Role[] {
  return mine === null ? [] : ROLES.slice(0, ROLES.indexOf(mine) + 1);
}

/** Whether somebody of this role may change that person: nobody changes who stands above him. */
export function changeable(mine: Role | null, person: Person): boolean {
  return givable(mine).includes(person.role);
}

export function pathOf(name: string): string {
  return `/api/people/${encodeURIComponent(name)}`;
}
