#!/usr/bin/env node
"use strict";
require("./pulumiOnDemand").keepTracesShort();
require("./gates.js").makeExecutable();
require("./bundle").load("cli/main.ts");
