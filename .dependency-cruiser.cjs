// The layers: what each folder may import beside itself. docs/architecture.md draws them.
const mayImport = {
  tools: [],
  settings: [],
  mesh: ["settings"],
  policy: ["mesh"],
  config: ["mesh", "settings", "tools"],
  cluster: ["mesh", "settings", "tools"],
  lab: ["mesh", "tools"],
  charts: ["cluster", "mesh", "settings", "tools"],
  components: ["charts", "cluster", "mesh", "settings"],
  migrate: ["config", "mesh", "settings", "tools"],
  render: ["charts", "components", "config", "mesh", "settings", "tools"],
  rehearse: ["config", "lab", "mesh", "settings", "tools"],
  delivery: ["config", "mesh", "policy", "render", "settings", "tools"],
  cli: ["cluster", "config", "delivery", "lab", "mesh", "migrate", "rehearse", "render", "settings", "tools"],
};

const all = [...Object.keys(mayImport), "scripts", "tests", "index.ts"];

const layers = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder}-imports-what-is-below`,
  comment: `${folder}/ may import ${allowed.map((name) => `${name}/`).join(", ") || "no other folder"}.`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: { path: `^(${all.filter((name) => name !== folder && !allowed.includes(name)).join("|")})(/|$)` },
}));

module.exports = {
  forbidden: [
    ...layers,
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "pure-decisions",
      comment: "mesh/ and settings/ decide; they know no engine, no cluster, no files and no processes, types apart.",
      severity: "error",
      from: { path: "^(mesh|settings)/" },
      to: {
        path: "^(node_modules/(@pulumi|@kubernetes)/|(fs|child_process|http|https)(/|$))",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "nothing-lost",
      comment: "A file that nobody imports is dead, or starts by a path that is listed here.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: "^(tests/|scripts/|bin/|index\\.ts|lab/agent\\.js|eslint|\\.dependency-cruiser)",
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
