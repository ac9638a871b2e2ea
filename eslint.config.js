// How JavaScript is linted: `npx eslint .`; tests/test_static.py asks for it. In static/src types, and names that do not exist, are the business of tsc.
import js from "@eslint/js";

const EVERYWHERE = ["URL", "console", "fetch", "setTimeout"];
const NODE = [...EVERYWHERE, "Buffer", "URLSearchParams", "clearTimeout", "process"];
const BROWSER = [...EVERYWHERE, "addEventListener", "document", "location", "performance", "window"];

/** @param {string[]} names */
const known = (names) => ({ globals: Object.fromEntries(names.map((name) => [name, "readonly"])) });

export default [
  { ignores: ["static/*.js", "!static/build.mjs", ".cache/", ".venv/"] }, // what is built
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 20], // each `?.`, `??`, `||` and default counts as a branch
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-implied-eval": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  { files: ["static/src/**"], rules: { "no-undef": "off" } },
  { files: ["demo/**"], languageOptions: known(BROWSER) },
  { files: ["**/*.mjs"], languageOptions: known(NODE) },
];
