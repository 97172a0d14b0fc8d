"use strict";
// Loaded into every Node process of a measured run: writes the process's peak memory, in kilobytes, to a file.
const { appendFileSync } = require("node:fs");

process.on("exit", () => {
  appendFileSync(process.env.JAM_ISTIO_PEAK, `${process.resourceUsage().maxRSS}\n`);
});
