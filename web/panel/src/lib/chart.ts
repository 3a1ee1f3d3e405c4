// The chart of a session. It is loaded when there is a first curve to show.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "./curve";
import { fixed, span } from "./format";
import { speech, t } from "./i18n.svelte";
import type { Pause } from "./pauses";

const SHORTEST_S = 60;
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800];
const FONT = "12px system-ui, sans-serif";

export interface Chart {
  show(columns: Columns, pauses: Pause[]): void;
  resize(width: number, height: number): void;
  /** Draw anew, in the colours that hold now. */
  repaint(): void;
  end(): void;
}

/** `pointed` hears what the pointer is at, as a text, and null when it is at nothing. */
export function draw(host: HTMLElement, pointed: (text: string | null) => void): Chart {
  let shown: Pause[] = [];
  const plot = new uPlot(
    options(host, pointed, () => shown),
    [[], [], []],
    host,
  );
  return {
    show: ({ seconds, power, limit }, pauses) => {
      shown = pauses;
      plot.setData([seconds, power, limit]);
    },
    resize: (width, height) => plot.setSize({ width, height }),
    repaint: () => plot.redraw(false),
    end: () => plot.destroy(),
  };
}

function options(
  host: HTMLElement,
  pointed: (text: string | null) => void,
  pauses: () => Pause[],
): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(host).getPropertyValue(name).trim();
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    legend: { show: false },
    padding: [8, 20, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: fromZero(SHORTEST_S, 1) }, y: { range: fromZero(1, 1.12) } },
    axes: axes(colour),
    series: series(colour),
    hooks: {
      setCursor: [(plot) => pointed(words(plot))],
      drawClear: [(plot) => pauses().forEach((each) => shade(plot, each, colour))],
    },
  };
}

/** A pause is a band over the whole height, named where there is room for its name. */
function shade(plot: uPlot, { fromS, toS }: Pause, colour: (name: string) => () => string): void {
  const [left, right] = [plot.valToPos(fromS, "x", true), plot.valToPos(toS, "x", true)];
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  ctx.save();
  ctx.fillStyle = colour("--sunk")();
  ctx.fillRect(left, top, right - left, height);
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = colour("--muted")();
  ctx.textAlign = "center";
  const name = t("curve.pause");
  if (ctx.measureText(name).width < right - left - 8) {
    ctx.fillText(name, (left + right) / 2, top + height / 2);
  }
  ctx.restore();
}

function fromZero(least: number, room: number): uPlot.Scale.Range {
  return (_plot, _min, max) => [0, Math.max(least, (max ?? 0) * room)];
}

function axes(colour: (name: string) => () => string): uPlot.Axis[] {
  const common = { stroke: colour("--muted"), font: FONT, ticks: { show: false } };
  const grid = { stroke: colour("--hairline"), width: 1 };
  return [
    {
      ...common,
      grid: { show: false },
      incrs: STEPS_S,
      space: 64,
      size: 24,
      values: (_p, at) => at.map(span),
    },
    {
      ...common,
      grid,
      size: 34,
      space: 36,
      values: (_p, at) => at.map((each) => each.toLocaleString(speech.language)),
    },
  ];
}

function series(colour: (name: string) => () => string): uPlot.Series[] {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const limit: uPlot.Series = {
    stroke: colour("--limit"),
    width: 1.5,
    dash: [5, 4],
    points: { show: false },
  };
  return [
    {},
    { stroke: colour("--power"), fill: colour("--power-fill"), width: 2, points: { show: false } },
    stepped ? { ...limit, paths: stepped } : limit,
  ];
}

function words(plot: uPlot): string | null {
  const at = plot.cursor.idx;
  const seconds = at == null ? undefined : plot.data[0][at];
  if (at == null || seconds === undefined) return null;
  const [power, limit] = [plot.data[1]?.[at], holding(plot.data[2], at)];
  return t("curve.at", { time: span(seconds), power: fixed(power, 2), limit: fixed(limit, 2) });
}

/** The value that holds at a place: the last one that was said. */
function holding(values: ArrayLike<number | null | undefined> | undefined, at: number): number | null {
  for (let each = at; each >= 0; each -= 1) {
    const value = values?.[each];
    if (value != null) return value;
  }
  return null;
}
