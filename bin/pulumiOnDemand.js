"use strict";
// Pulumi's SDK loads the TypeScript compiler and npm's reader of package trees as it starts: two thirds of its time. It needs them to
// write functions into the state, which this program never asks for (components/gates/dynamicCode.ts).
const { existsSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
// Every function of these two files that the SDK hands on (its runtime/index.js). Where another version hands on more, the file is
// loaded all the same, at the first use of one of these.
const functions = {
  "runtime/closure/serializeClosure.js": ["serializeFunction", "serializeFunctionAsync"],
  "runtime/closure/codePaths.js": ["computeCodePaths"],
};

/** Before the SDK is loaded: its two slow files are then loaded by whoever calls one of their functions. */
exports.loadOnDemand = () => {
  for (const [name, handedOn] of Object.entries(functions)) {
    const file = join(sdk, name);
    if (file in require.cache || !existsSync(file)) continue;
    const standIn = Object.assign(new Module(file), { filename: file, loaded: true });
    const whole = () => {
      if (require.cache[file] === standIn) Reflect.deleteProperty(require.cache, file);
      return require(file);
    };
    for (const one of handedOn) standIn.exports[one] = (...values) => whole()[one](...values);
    require.cache[file] = standIn;
  }
};

/**
 * The SDK keeps a trace of every promise, for those who look for one that never ends; with hundreds of resources that is a third of
 * the time. One line of it is kept; JAM_ISTIO_DEBUG=1 has all.
 */
exports.keepTracesShort = () => {
  if (process.env["JAM_ISTIO_DEBUG"] !== "1") Error.stackTraceLimit = 1;
};

/**
 * In a program that the engine runs: the SDK tells it for each resource by which lines it was made, and the engine writes them into the
 * state, a sixth of it, anew at every step. Here they are lines of the bundle, of use to nobody.
 */
exports.tellNoLines = () => {
  const { Resource } = require("@pulumi/pulumi/resource");
  // Of another version, which has no such function, they are told.
  if (typeof Resource.callsites === "function" && process.env["JAM_ISTIO_DEBUG"] !== "1") Resource.callsites = () => [];
};
