import { describe, expect, test } from "vitest";
import { added, entries, MOST_FILES, plainName, type Attachment } from "../src/diagnostics/attachments";
import { crc32, extended, NoZip, type Entry } from "../src/lib/zip";

const MIB = 1 << 20;
const EMPTY_ZIP = new Uint8Array([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]);

function file(name: string, bytes = 3, type = ""): File {
  return new File([new Uint8Array(bytes)], name, { type });
}

function attached(...files: File[]): Attachment[] {
  const { attachments, refused } = added([], files);
  expect(refused).toEqual([]);
  return attachments;
}

const codes = (before: Attachment[], ...files: File[]) =>
  added(before, files).refused.map((each) => each.code);
const paths = (...files: File[]) => entries(attached(...files)).map((each) => each.name);

describe("bounds", () => {
  test("ten files go in, and each further one is refused by its name", () => {
    const files = Array.from({ length: MOST_FILES + 2 }, (_, number) => file(`${number}.jpg`));
    const found = added([], files);
    expect(found.attachments).toHaveLength(10);
    expect(found.refused).toEqual([
      { code: "too_many", name: "10.jpg", most: 10 },
      { code: "too_many", name: "11.jpg", most: 10 },
    ]);
  });

  test("a file has at most 20 MiB, to the byte", () => {
    expect(codes([], file("a.mov", 20 * MIB))).toEqual([]);
    expect(codes([], file("a.mov", 20 * MIB + 1))).toEqual(["too_large"]);
  });

  test("all have at most 40 MiB, and what is too much leaves room for what fits", () => {
    const before = attached(file("a", 20 * MIB), file("b", 15 * MIB));
    const found = added(before, [file("c", 5 * MIB + 1), file("d", 5 * MIB), file("e", 1)]);
    expect(found.refused.map(({ code, name }) => [code, name])).toEqual([
      ["too_much", "c"],
      ["too_much", "e"],
    ]);
    expect(found.attachments.map((each) => each.file.name)).toEqual(["a", "b", "d"]);
  });

  test("an empty file is none", () => {
    expect(codes([], file("a.jpg", 0))).toEqual(["empty"]);
  });
});

describe("names", () => {
  test.each([
    ["IMG 0001.JPG", "IMG-0001.JPG"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\Windows\\win.ini", "win.ini"],
    ["/etc/shadow", "shadow"],
    ["C:evil.exe", "C-evil.exe"],
    ["..", "file"],
    [".", "file"],
    ["", "file"],
    [".bashrc", "bashrc"],
    ["a..b...c", "a.b.c"],
    ["nul.txt", "_nul.txt"],
    ["COM1", "_COM1"],
    ["Prüfprotokoll.pdf", "Prüfprotokoll.pdf"],
    ["a\u0000b\nc.jpg", "a-b-c.jpg"],
    ["\u202Egpj.exe", "gpj.exe"],
    ["dots...", "dots"],
    ['a:b|c?d*e"f<g>h.png', "a-b-c-d-e-f-g-h.png"],
  ])("%j becomes %j", (name, plain) => {
    expect(plainName(name)).toBe(plain);
  });

  test("a long one is cut and keeps what opens it", () => {
    expect(plainName(`${"x".repeat(300)}.jpeg`)).toBe(`${"x".repeat(75)}.jpeg`);
    expect([...plainName(`a.${"y".repeat(300)}`)].length).toBeLessThanOrEqual(80);
  });

  test("no two are the same, on a disk that knows no capitals either", () => {
    expect(paths(file("a.jpg"), file("A.JPG"), file("x/a.jpg"), file("a-2.jpg"))).toEqual([
      "attachments.json",
      "attachments/other/a.jpg",
      "attachments/other/A-2.JPG",
      "attachments/other/a-3.jpg",
      "attachments/other/a-2-2.jpg",
    ]);
  });

  test("what a file shows is guessed by its type, and an unknown one is taken as it is", () => {
    const files = [
      file("a.jpg", 1, "image/jpeg"),
      file("b.mov", 1, "video/mp4"),
      file("c.pdf", 1, "application/pdf"),
    ];
    expect(attached(...files, file("d.xyz")).map((each) => each.shows)).toEqual([
      "light",
      "light",
      "certificate",
      "other",
    ]);
  });

  test("a list tells which file is which", async () => {
    const [list] = entries(attached(file("../a b.jpg", 7, "image/jpeg")));
    expect(JSON.parse(await list!.data.text())).toEqual([
      { file: "attachments/light/a-b.jpg", shows: "light", name: "../a b.jpg", type: "image/jpeg", bytes: 7 },
    ]);
  });

  test("without any there is no list either", () => {
    expect(entries([])).toEqual([]);
  });
});

describe("the zip", () => {
  /** What its directory says, and what stands where it says so. */
  function unpacked(zip: Uint8Array): Record<string, string> {
    const view = new DataView(zip.buffer);
    const end = zip.length - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    const found: Record<string, string> = {};
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      expect(view.getUint32(at, true)).toBe(0x02014b50);
      const [size, length] = [view.getUint32(at + 20, true), view.getUint16(at + 28, true)];
      const local = view.getUint32(at + 42, true);
      expect(view.getUint32(local, true)).toBe(0x04034b50);
      expect(zip.slice(local + 4, local + 30)).toEqual(zip.slice(at + 6, at + 32));
      const begin = local + 30 + length;
      const name = new TextDecoder().decode(zip.slice(at + 46, at + 46 + length));
      found[name] = new TextDecoder().decode(zip.slice(begin, begin + size));
      at += 46 + length;
    }
    expect(at).toBe(end);
    return found;
  }

  async function bytes(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await blob.arrayBuffer());
  }

  const entry = (name: string, text: string): Entry => ({ name, data: new Blob([text]) });

  test("has what was there before and what was added behind it", async () => {
    const first = await bytes(await extended(EMPTY_ZIP, [entry("a.txt", "one")]));
    expect(unpacked(first)).toEqual({ "a.txt": "one" });
    const second = await extended(first, [entry("b/ü.txt", "two"), entry("c", "")]);
    expect(unpacked(await bytes(second))).toEqual({ "a.txt": "one", "b/ü.txt": "two", c: "" });
    expect(second.type).toBe("application/zip");
  });

  test("to which nothing is added stays as it was", async () => {
    const zip = await bytes(await extended(EMPTY_ZIP, [entry("a", "one")]));
    expect(await bytes(await extended(zip, []))).toEqual(zip);
  });

  test.each([new Uint8Array(), new Uint8Array(21), new Uint8Array(500)])(
    "that is none is refused",
    async (no) => {
      await expect(extended(no, [])).rejects.toThrow(NoZip);
    },
  );

  test("that was cut short is refused", async () => {
    const zip = await bytes(await extended(EMPTY_ZIP, [entry("a", "one")]));
    await expect(extended(zip.slice(5), [])).rejects.toThrow(NoZip);
    await expect(extended(zip.slice(0, -1), [])).rejects.toThrow(NoZip);
  });

  test("has the checksums that every reader knows", async () => {
    expect(await crc32(new Blob(["123456789"]))).toBe(0xcbf43926);
    expect(await crc32(new Blob([]))).toBe(0);
    const long = new Uint8Array(MIB + 5).fill(65);
    expect(await crc32(new Blob([long]))).toBe(await crc32(new Blob([long.slice(0, 9), long.slice(9)])));
  });
});
