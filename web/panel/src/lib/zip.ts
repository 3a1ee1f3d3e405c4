// Files added to a zip that the station has made. They are stored as they are: photos, videos and PDFs are packed
// already. What is added is never in memory as a whole: it is read once for its checksum, and the browser puts the
// pieces together when it saves them.

/** A file to be added: its path within the zip, with / between its parts. */
export interface Entry {
  name: string;
  data: Blob;
}

/** What was to be extended is no zip of the station's. */
export class NoZip extends Error {}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const VERSION = 20; // 2.0: folders
const UTF_8 = 0x0800;
const OF_OLD = 0x0021; // 1980-01-01, as the station dates its own: a phone's clock may be wrong

/** The zip with these files behind its own. Throws NoZip; a file that cannot be read throws the browser's error. */
export async function extended(zip: Uint8Array<ArrayBuffer>, entries: readonly Entry[]): Promise<Blob> {
  const end = endOf(zip);
  const parts: BlobPart[] = [zip.subarray(0, end.start)];
  const directory: BlobPart[] = [zip.subarray(end.start, end.start + end.bytes)];
  let at = end.start;
  let bytes = end.bytes;
  for (const entry of entries) {
    const name = new TextEncoder().encode(entry.name);
    const facts = factsOf(await crc32(entry.data), entry.data.size, name.length);
    parts.push(record(LOCAL, [VERSION], facts), name, entry.data);
    const central = record(CENTRAL, [VERSION, VERSION], facts, at);
    directory.push(central, name);
    at += 30 + name.length + entry.data.size;
    bytes += central.length + name.length;
  }
  return new Blob([...parts, ...directory, endRecord(end.count + entries.length, bytes, at)], {
    type: "application/zip",
  });
}

interface Directory {
  start: number;
  bytes: number;
  count: number;
}

/** Where the list of its files is. The station writes no comment behind it. */
function endOf(zip: Uint8Array): Directory {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const at = zip.length - END_BYTES;
  if (at < 0 || view.getUint32(at, true) !== END) throw new NoZip("no end of a zip");
  const found = {
    count: view.getUint16(at + 10, true),
    bytes: view.getUint32(at + 12, true),
    start: view.getUint32(at + 16, true),
  };
  if (found.start + found.bytes !== at) throw new NoZip("a zip that ends elsewhere");
  return found;
}

/** What both records of a file say of it: flags, method, time, date, checksum, packed and whole size, lengths. */
function factsOf(crc: number, size: number, nameBytes: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint16(0, UTF_8, true);
  view.setUint16(6, OF_OLD, true);
  view.setUint32(8, crc, true);
  view.setUint32(12, size, true);
  view.setUint32(16, size, true);
  view.setUint16(20, nameBytes, true);
  return new Uint8Array(view.buffer);
}

/** A signature, versions and facts; in the directory, what is there besides: nothing, and where the file begins. */
function record(
  signature: number,
  versions: readonly number[],
  facts: Uint8Array,
  startsAt?: number,
): Uint8Array<ArrayBuffer> {
  const behind = startsAt === undefined ? 0 : 14;
  const bytes = new Uint8Array(4 + 2 * versions.length + facts.length + behind);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  versions.forEach((version, at) => view.setUint16(4 + 2 * at, version, true));
  bytes.set(facts, 4 + 2 * versions.length);
  if (startsAt !== undefined) view.setUint32(bytes.length - 4, startsAt, true);
  return bytes;
}

function endRecord(count: number, bytes: number, start: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(END_BYTES));
  view.setUint32(0, END, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, bytes, true);
  view.setUint32(16, start, true);
  return new Uint8Array(view.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const PIECE = 1 << 20;

/** The checksum of a file, read piece by piece. */
export async function crc32(data: Blob): Promise<number> {
  let crc = 0xffffffff;
  for (let at = 0; at < data.size; at += PIECE)
    for (const byte of new Uint8Array(await data.slice(at, at + PIECE).arrayBuffer()))
      crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
