// The icons of the page as an app, drawn from two shapes: a tile and a bolt.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const TILE = [11, 87, 184];
const BOLT_COLOUR = [255, 255, 255];
/** In a square of 48. */
const BOLT = [
  [27, 7],
  [13, 27],
  [22, 27],
  [20, 41],
  [35, 20],
  [25.5, 20],
];
const [SIDE, CORNER, SAMPLES] = [48, 11, 4];
/** By name: pixels, whether the corners are cut, and the share of the bolt that is left for a mask to cut. */
const ICONS = {
  "icon-192.png": { pixels: 192, round: true, scale: 1 },
  "icon-512.png": { pixels: 512, round: true, scale: 1 },
  "icon-180.png": { pixels: 180, round: false, scale: 0.9 },
  "icon-mask-512.png": { pixels: 512, round: false, scale: 0.72 },
};

export function drawIcons(folder) {
  for (const [name, icon] of Object.entries(ICONS)) writeFileSync(join(folder, name), png(icon));
}

function png({ pixels, round, scale }) {
  const rows = Buffer.alloc(pixels * (pixels * 4 + 1));
  for (let y = 0; y < pixels; y += 1) {
    for (let x = 0; x < pixels; x += 1) {
      rows.set(colour(x, y, SIDE / pixels, round, scale), y * (pixels * 4 + 1) + 1 + x * 4);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(pixels, 0);
  head.writeUInt32BE(pixels, 4);
  head.set([8, 6, 0, 0, 0], 8); // eight bits, red green blue alpha
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    part("IHDR", head),
    part("IDAT", deflateSync(rows)),
    part("IEND", Buffer.alloc(0)),
  ]);
}

function part(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A pixel by the share of its samples that lie in each shape. */
function colour(x, y, unit, round, scale) {
  let [tile, bolt] = [0, 0];
  for (let each = 0; each < SAMPLES * SAMPLES; each += 1) {
    const at = [x + ((each % SAMPLES) + 0.5) / SAMPLES, y + (Math.floor(each / SAMPLES) + 0.5) / SAMPLES].map(
      (value) => value * unit,
    );
    if (round && !inTile(at)) continue;
    tile += 1;
    if (inBolt(at.map((value) => (value - SIDE / 2) / scale + SIDE / 2))) bolt += 1;
  }
  if (tile === 0) return [0, 0, 0, 0];
  const share = bolt / tile;
  const mixed = TILE.map((value, at) => Math.round(value * (1 - share) + BOLT_COLOUR[at] * share));
  return [...mixed, Math.round((255 * tile) / SAMPLES ** 2)];
}

function inTile([x, y]) {
  const [dx, dy] = [x, y].map((value) => Math.max(CORNER - value, value - (SIDE - CORNER), 0));
  return dx * dx + dy * dy <= CORNER * CORNER;
}

function inBolt([x, y]) {
  let inside = false;
  BOLT.forEach(([x1, y1], at) => {
    const [x2, y2] = BOLT[(at + 1) % BOLT.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}
