// What follows the build: the files of the OpenAPI page, and a packed twin beside every text.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const PAGE = fileURLToPath(new URL("../../../src/pilotline/panel/page/", import.meta.url));
const DOCS = [
  "swagger-ui-bundle.js",
  "swagger-ui.css",
  "swagger-ui-bundle.js.LICENSE.txt",
  "LICENSE",
  "NOTICE",
];
const TEXTS = new Set([".html", ".js", ".css", ".svg", ".md"]);
const FIRST_LOAD_MOST = 60_000;

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

function tell(packed) {
  for (const { name, bytes } of packed) console.log(`${String(bytes).padStart(8)}  ${name}.gz`);
  const page = packed.filter(({ name }) => /\.(html|js|css)$/.test(name) && !name.startsWith("docs"));
  const total = page.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${String(total).padStart(8)}  the page: HTML, JavaScript and CSS, packed`);
  if (total > FIRST_LOAD_MOST) throw new Error(`The page is to stay below ${FIRST_LOAD_MOST} bytes.`);
}

copyDocs();
tell(packAll());
