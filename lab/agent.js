"use strict";
require("../bin/bundle").load("lab/agent.ts");
