// Bundles frontend/ into the folder named on the command line: hashed names, a manifest, precompressed copies.
// Run it through `python hatch_build.py`, which installs what is imported here first.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { trim } from "./frontend/trim.mjs";

const out = process.argv[2];
if (!out) throw new Error("Name the folder to build into: node build.mjs FOLDER");
mkdirSync(out, { recursive: true });
const files = {};

const lines = (path) =>
  readFileSync(path, "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));

const shared = {
  bundle: true,
  minify: true,
  metafile: true,
  target: "es2022",
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
  loader: { ".woff2": "file", ".svg": "file" },
};

// Tabler carries components that Quad has no use for; frontend/tabler-unused.txt names them.
const tablerDiet = {
  name: "tabler-diet",
  setup({ onLoad }) {
    const unused = lines("frontend/tabler-unused.txt");
    onLoad({ filter: /@tabler[\\/]core[\\/]dist[\\/]css[\\/]tabler\.css$/ }, ({ path }) => ({
      contents: trim(readFileSync(path, "utf8"), unused),
      loader: "css",
    }));
  },
};

function remember({ metafile }) {
  for (const [path, made] of Object.entries(metafile.outputs)) {
    const inputs = Object.keys(made.inputs);
    if (made.entryPoint) files[basename(made.entryPoint)] = basename(path);
    else if (inputs.length === 1 && path.endsWith(".woff2")) files[basename(inputs[0])] = basename(path);
  }
}

function place(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const dot = name.lastIndexOf(".");
  files[name] = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, files[name]), text);
}

// One sprite holds every icon that frontend/icons.txt names.
function sprite() {
  const names = [...new Set(lines("frontend/icons.txt"))].sort();
  const symbols = names.map((name) => {
    const path = `node_modules/@tabler/icons/icons/outline/${name}.svg`;
    if (!existsSync(path)) throw new Error(`frontend/icons.txt: there is no outline icon called "${name}" in @tabler/icons.`);
    const shapes = readFileSync(path, "utf8")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none"[^>]*\/>/, "")
      .replace(/\s*\n\s*/g, "")
      .replace(/ \/>/g, "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  place("sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  return names;
}

// What icons, fonts and scripts ask to be told about them travels with them.
function licences() {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const shipped = Object.keys(lock).filter((path) => path && !lock[path].dev && existsSync(path)).sort();
  const texts = shipped.map((path) => {
    const { version, license } = lock[path];
    const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
    const head = `${path.slice("node_modules/".length)} ${version}, ${license}`;
    return file ? `${head}\n\n${readFileSync(join(path, file), "utf8").trim()}` : head;
  });
  place("licences.txt", `${texts.join("\n\n----\n\n")}\n`);
}

function compress() {
  for (const name of readdirSync(out)) {
    if (!/\.(js|css|svg|txt)$/.test(name)) continue;
    const plain = readFileSync(join(out, name));
    writeFileSync(join(out, `${name}.gz`), gzipSync(plain, { level: 9 }));
    writeFileSync(
      join(out, `${name}.br`),
      brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    );
  }
}

remember(await build({ ...shared, entryPoints: ["frontend/app.js"], format: "esm", splitting: true }));
remember(await build({ ...shared, entryPoints: ["frontend/theme.js"], format: "iife" }));
remember(await build({ ...shared, entryPoints: ["frontend/check-in-keeper.js"], format: "iife" }));
remember(await build({ ...shared, entryPoints: ["frontend/style.css"], plugins: [tablerDiet] }));
remember(await build({ ...shared, entryPoints: ["frontend/apidocs.js"], format: "esm" }));
remember(await build({ ...shared, entryPoints: ["frontend/apidocs.css"] }));
place("quad.svg", readFileSync("frontend/quad.svg", "utf8"));
const icons = sprite();
licences();
compress();
writeFileSync(join(out, "manifest.json"), `${JSON.stringify({ files, icons }, null, 1)}\n`);
