// Bundles static/src/app.js and app.css with what they import, and copies pictures and the fonts that PDFs embed.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import { build } from "esbuild";

const SOURCE = "static/src";
const TARGET = "static/dist";
// Built beside and then moved into place, so that a running server is without files for a moment only.
const DRAFT = "static/.dist";
// A service worker is loaded on its own; the rest is imported by app.js and app.css.
const ENTRIES = ["app.js", "app.css", "sw.js"];
const REQUIRED = ["app.js", "app.css"];
const PDF_FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf"];

for (const name of REQUIRED) {
  if (!existsSync(join(SOURCE, name))) throw new Error(`${SOURCE}/${name} is missing: nothing to bundle`);
}

rmSync(DRAFT, { recursive: true, force: true });
mkdirSync(join(DRAFT, "fonts"), { recursive: true });

await build({
  entryPoints: ENTRIES.map((name) => join(SOURCE, name)).filter((path) => existsSync(path)),
  outdir: DRAFT,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  loader: { ".woff2": "file", ".woff": "file", ".svg": "file", ".png": "file" },
  assetNames: "fonts/[name]-[hash]",
  legalComments: "eof",
  logLevel: "warning",
});

for (const font of PDF_FONTS) cpSync(join("node_modules/dejavu-fonts-ttf/ttf", font), join(DRAFT, "fonts", font));

for (const entry of readdirSync(SOURCE, { withFileTypes: true })) {
  const isCode = [".js", ".css"].includes(extname(entry.name));
  if (entry.isFile() && !isCode) cpSync(join(SOURCE, entry.name), join(DRAFT, entry.name));
}

rmSync(TARGET, { recursive: true, force: true });
renameSync(DRAFT, TARGET);
