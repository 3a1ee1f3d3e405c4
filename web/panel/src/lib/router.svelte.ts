// Which page is shown: the part of the address after #, so that a link, a reload and "back" all lead there.
class Route {
  path = $state<string[]>(parts(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.path = parts(location.hash)));
  }

  /** The name of the page, "" for the first one. */
  get page(): string {
    return this.path[0] ?? "";
  }

  go(...path: string[]): void {
    location.hash = `#/${path.map(encodeURIComponent).join("/")}`;
  }
}

function parts(hash: string): string[] {
  return hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter((each) => each !== "")
    .map(decodeURIComponent);
}

export const route = new Route();
