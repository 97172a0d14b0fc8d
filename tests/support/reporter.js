"use strict";
// mocha's own report, and a closing line that says in one form for people and scripts how it went. Where a runner of
// several suites asks for it, the figures and what failed go into a file and the closing line is left to that runner.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on("fail", (test, { message }) => failures.push({ title: test.fullTitle(), message: String(message) }));
    runner.once("end", () => {
      const { passes, failures: failed, pending } = this.stats;
      const file = process.env["JAM_ISTIO_TEST_FIGURES"];
      if (file !== undefined)
        writeFileSync(file, JSON.stringify({ passed: passes, failed, skipped: pending, failures }));
      else process.stdout.write(`\n${passes} passed, ${failed} failed, ${pending} skipped\n`);
    });
  }
};
