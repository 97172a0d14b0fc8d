"use strict";
require("tsx/cjs");
require("./agent.ts");
