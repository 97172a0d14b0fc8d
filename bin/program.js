"use strict";
// What Pulumi runs: index.ts.
const sdk = require("./pulumiOnDemand");
sdk.keepTracesShort();
sdk.loadOnDemand();
sdk.tellNoLines();
require("./gates.js").makeExecutable();
module.exports = require("./bundle").load("index.ts");
