// What follows the build: the files of the OpenAPI page, and a packed twin beside every text.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import { drawIcons } from "./icons.mjs";

const PAGE = fileURLToPath(new URL("../../../src/pilotline/panel/page/", import.meta.url));
const DOCS = [
  "swagger-ui-bundle.js",
  "swagger-ui.css",
  "swagger-ui-bundle.js.LICENSE.txt",
  "LICENSE",
  "NOTICE",
];
const TEXTS = new Set([".html", ".js", ".css", ".svg", ".md", ".webmanifest"]);
const FIRST_LOAD_MOST = 120_000;

function copyDocs() {
  const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  mkdirSync(join(PAGE, "docs"), { recursive: true });
  for (const name of DOCS) cpSync(join(from, name), join(PAGE, "docs", name));
}

function pack(path) {
  const packed = gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(`${path}.gz`, packed);
  return packed.length;
}

function packAll() {
  const files = readdirSync(PAGE, { recursive: true, withFileTypes: true });
  const texts = files.filter((each) => each.isFile() && TEXTS.has(extname(each.name)));
  return texts.map((each) => {
    const path = join(each.parentPath, each.name);
    return { name: relative(PAGE, path), bytes: pack(path) };
  });
}

/** What a browser fetches before it shows anything: the entry, and the scripts and styles it names. */
function firstLoad() {
  const entry = readFileSync(join(PAGE, "index.html"), "utf-8");
  const named = [...entry.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  return new Set(["index.html", ...named]);
}

function sum(packed) {
  return packed.reduce((total, { bytes }) => total + bytes, 0);
}

function tell(packed) {
  for (const { name, bytes } of packed) console.log(`${String(bytes).padStart(8)}  ${name}.gz`);
  const page = packed.filter(({ name }) => /\.(html|js|css)$/.test(name) && !name.startsWith("docs"));
  const names = firstLoad();
  const first = sum(page.filter(({ name }) => names.has(name)));
  console.log(`${String(sum(page)).padStart(8)}  the page: HTML, JavaScript and CSS, packed`);
  console.log(`${String(first).padStart(8)}  of it before anything is seen; at most ${FIRST_LOAD_MOST}`);
  if (first > FIRST_LOAD_MOST) throw new Error(`The first load is to stay below ${FIRST_LOAD_MOST} bytes.`);
}

drawIcons(PAGE);
copyDocs();
tell(packAll());
