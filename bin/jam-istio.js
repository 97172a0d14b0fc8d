#!/usr/bin/env node
"use strict";
require("./bundle").load("cli/main.ts");
