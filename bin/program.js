"use strict";
// What Pulumi runs: index.ts.
module.exports = require("./bundle").load("index.ts");
