// The next 24 hours as a step line: from what the station foresees to where it is drawn. Pure.

export interface PreviewStep {
  at: string;
  limit_a: number;
  source: string;
  sentence: string;
}

export interface Preview {
  from: string;
  steps: PreviewStep[];
  zone: string;
}

export interface Span extends PreviewStep {
  /** Both as parts of the whole, 0 to 1. */
  begin: number;
  end: number;
  until: string | null;
}

const DAY_MS = 86_400_000;

/** Each step with where it begins and ends; those that say the same as the one before are joined to it. */
export function spans(preview: Preview): Span[] {
  const from = Date.parse(preview.from);
  const place = (at: string) => Math.min(1, Math.max(0, (Date.parse(at) - from) / DAY_MS));
  const merged = preview.steps.filter((each, at) => {
    const before = preview.steps[at - 1];
    return before?.limit_a !== each.limit_a || before.source !== each.source;
  });
  return merged.map((each, at) => {
    const next = merged[at + 1];
    return {
      ...each,
      begin: at === 0 ? 0 : place(each.at),
      end: next ? place(next.at) : 1,
      until: next?.at ?? null,
    };
  });
}

/** The clock of the station's own place, as its text says it: "22:00". */
export function clockOf(iso: string): string {
  return iso.slice(11, 16);
}

/** The full hours that the axis names, every six hours, by the clock in the text. */
export function ticks(preview: Preview): { place: number; label: string }[] {
  const minutes = Number(preview.from.slice(11, 13)) * 60 + Number(preview.from.slice(14, 16));
  const found = [];
  for (let at = Math.ceil(minutes / 360) * 360; at <= minutes + 1_440; at += 360) {
    found.push({
      place: (at - minutes) / 1_440,
      label: `${String((at / 60) % 24).padStart(2, "0")}:00`,
    });
  }
  return found;
}
