"use strict";
// What Pulumi runs: index.ts.
const sdk = require("./pulumiOnDemand");
sdk.keepTracesShort();
sdk.loadOnDemand();
sdk.tellNoLines();
module.exports = require("./bundle").load("index.ts");
