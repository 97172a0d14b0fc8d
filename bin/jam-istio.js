#!/usr/bin/env node
"use strict";
require("./pulumiOnDemand").keepTracesShort();
require("./bundle").load("cli/main.ts");
