"use strict";
// The engine runs the gates' program as a file of its own (Pulumi.yaml). What carries a checkout as an archive often forgets that a
// file can be run.
const { accessSync, chmodSync, constants } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "gates", "pulumi-resource-pulumi-nodejs");

/** Makes the program executable where it is not; where that cannot be, the engine says what it could not start. */
exports.makeExecutable = () => {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    try {
      chmodSync(program, 0o755);
    } catch {
      // Not this user's file.
    }
  }
};
