"use strict";
// Of the Kubernetes client the bundle has what this program loads when it reaches a cluster. Whole, with the API classes and the
// models of every kind, it takes a second of a processor: cluster/client/typedApi.ts asks in the place of these classes.
const { dirname, join } = require("node:path");

const name = "@kubernetes/client-node";

/** What `await import("@kubernetes/client-node")` gives in the bundle. */
exports.loaded = ["KubeConfig", "PortForward"];

/** For esbuild. A file that imports the client at its head gets it whole, from its package. */
exports.partly = {
  name,
  setup(build) {
    const index = require.resolve(name);
    const folder = dirname(index);
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ kind, namespace }) => {
      // Its package does not say that what is not used of it does nothing: esbuild would keep all of it.
      if (namespace === name) return { path: index, sideEffects: false };
      return kind === "dynamic-import" ? { path: "loaded", namespace: name } : { path: name, external: true };
    });
    build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      resolveDir.startsWith(folder) ? { path: join(resolveDir, path), sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: name }, () => ({
      contents: `export { ${exports.loaded.join(", ")} } from "${name}";`,
      resolveDir: folder,
    }));
  },
};
