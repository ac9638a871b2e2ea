// How style sheets are linted: `npx stylelint '**/*.css'`; tests/test_static.py asks for it.
export default {
  extends: "stylelint-config-recommended",
  reportNeedlessDisables: true,
  rules: {
    // Sheets are grouped by part of the page; the selectors that this compares seldom meet in one element.
    "no-descending-specificity": null,
  },
};
