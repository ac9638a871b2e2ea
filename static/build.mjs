// Builds what is served from static/src: `node static/build.mjs [folder]`. `make static` runs it after it has written
// src/contract.js; the built files are committed, so that nothing but a change of src needs Node.js.
// @ts-check
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const SOURCE = new URL("src/", import.meta.url);
const folder = process.argv[2] ?? fileURLToPath(new URL(".", import.meta.url));

/** A style sheet that is imported becomes its text, minified. */
const styleText = {
  name: "style text",
  /** @param {import("esbuild").PluginBuild} hooks */
  setup(hooks) {
    hooks.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: ["chrome90", "firefox90", "safari14"] });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/**
 * @param {string} source  below src/; the built file has its name, and no folder
 * @param {string} [opening]
 * @param {string} [closing]
 */
const bundle = (source, opening = "(()=>{", closing = "})();") =>
  build({
    entryPoints: [fileURLToPath(new URL(source, SOURCE))],
    outfile: `${folder}/${source.split("/").pop()}`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    banner: { js: `/* Readable: src/${source} */\n${opening}"use strict";` },
    footer: { js: closing },
    plugins: [styleText],
    logLevel: "warning",
  });

// client.js is a function of the settings, which the server calls with them at the end of the file.
await bundle("client.js", "(SETTINGS=>{", "})");
const PARTS = {
  detect: ["consent", "pages", "probe", "rounds", "second", "slots"],
  notice: ["bar", "card", "delayed", "marked", "notice", "panel", "sight"],
  operator: ["dashboard", "preview", "why"],
};
await bundle("about.js");
for (const [part, names] of Object.entries(PARTS)) for (const name of names) await bundle(`${part}/${name}.js`);
