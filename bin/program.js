"use strict";
// What Pulumi runs: index.ts.
require("./pulumiOnDemand").keepTracesShort();
module.exports = require("./bundle").load("index.ts");
