// The chart of a session. It is loaded when there is a first curve to show.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "./curve";
import { fixed, span } from "./format";

const SHORTEST_S = 60;
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800];
const FONT = "12px system-ui, sans-serif";

export interface Chart {
  show(columns: Columns): void;
  resize(width: number, height: number): void;
  /** Draw anew, in the colours that hold now. */
  repaint(): void;
  end(): void;
}

/** `pointed` hears what the pointer is at, as a text, and null when it is at nothing. */
export function draw(host: HTMLElement, pointed: (text: string | null) => void): Chart {
  const plot = new uPlot(options(host, pointed), [[], [], []], host);
  return {
    show: ({ seconds, power, limit }) => plot.setData([seconds, power, limit]),
    resize: (width, height) => plot.setSize({ width, height }),
    repaint: () => plot.redraw(false),
    end: () => plot.destroy(),
  };
}

function options(host: HTMLElement, pointed: (text: string | null) => void): uPlot.Options {
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
    hooks: { setCursor: [(plot) => pointed(words(plot))] },
  };
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
    { ...common, grid, size: 34, space: 36, values: (_p, at) => at.map((each) => String(each)) },
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
  return `${span(seconds)}: ${fixed(power, 2)} kW of ${fixed(limit, 2)} kW`;
}

/** The value that holds at a place: the last one that was said. */
function holding(values: ArrayLike<number | null | undefined> | undefined, at: number): number | null {
  for (let each = at; each >= 0; each -= 1) {
    const value = values?.[each];
    if (value != null) return value;
  }
  return null;
}
