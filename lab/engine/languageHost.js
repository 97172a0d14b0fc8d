"use strict";
// What the engine asks of a language: to run a program or a policy pack. The definitions are the SDK's own.
const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const language = require("@pulumi/pulumi/proto/language_pb");
const plugin = require("@pulumi/pulumi/proto/plugin_pb");
const { version } = require("@pulumi/pulumi/package.json");

// The SDK's own copies of these two.
const requireOfSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const grpc = requireOfSdk("@grpc/grpc-js");
const { Empty } = requireOfSdk("google-protobuf/google/protobuf/empty_pb");

/** Set by what starts the engine for the lab; without it nothing runs. */
const allowed = "JAM_ISTIO_LAB_ENGINE";
/** The SDK's code for "it failed and the person was told why". */
const toldCode = 32;
const refusal =
  "this engine is the one that jam-istio builds for its lab; it does not deploy to a person's cluster. " +
  "Install Pulumi: https://www.pulumi.com/docs/install/";

const engine = process.argv.at(-1) ?? "";
const children = new Set();

/** Starts one of the SDK's commands, of the SDK that the folder's program has. */
function start(command, args, folder, options) {
  const file = require.resolve(`@pulumi/pulumi/cmd/${command}`, { paths: [folder, __dirname] });
  const child = spawn(process.execPath, [file, ...args], options);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

function run({ request }, callback) {
  const response = new language.RunResponse();
  if (process.env[allowed] === undefined) return callback(null, response.setError(refusal));
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getPwd();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
    "root-directory": info?.getRootDirectory() ?? "",
    "dry-run": request.getDryrun() ? "true" : "",
  };
  const args = Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}=${value}`]));
  const config = Object.fromEntries(request.getConfigMap().toArray());
  const { typescript = true } = info?.getOptions()?.toJavaScript() ?? {};
  const child = start("run", [...args, info?.getEntryPoint() || "."], folder, {
    cwd: request.getPwd(),
    stdio: "inherit",
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      // Without it the program is loaded as JavaScript.
      ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    },
  });
  let ended = false;
  const end = (error, bail = false) => {
    if (!ended) callback(null, response.setError(error).setBail(bail));
    ended = true;
  };
  child.once("error", (error) => end(`the program cannot be started: ${error.message}`));
  child.once("exit", (code, signal) => {
    if (code === toldCode) end("", true);
    else end(code === 0 ? "" : `the program ended with ${signal ?? `exit code ${String(code)}`}`);
  });
}

function runPlugin(call) {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const env = Object.fromEntries(request.getEnvList().map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const child = start("run-policy-pack", [...request.getArgsList(), folder], folder, { cwd: request.getPwd(), env });
  const send = (name, data) => call.write(new language.RunPluginResponse()[name](data));
  child.stdout.on("data", (data) => send("setStdout", data));
  child.stderr.on("data", (data) => send("setStderr", data));
  call.on("cancelled", () => child.kill());
  child.once("close", (code) => {
    send("setExitcode", code ?? 1);
    call.end();
  });
}

/** Answers with an empty message: the packages that a program needs are found on PATH. */
const nothing = (Message) => (_call, callback) => callback(null, new Message());

function stop() {
  for (const child of children) child.kill("SIGTERM");
}

const service = {
  handshake: nothing(language.LanguageHandshakeResponse),
  getRequiredPlugins: nothing(language.GetRequiredPluginsResponse),
  getRequiredPackages: nothing(language.GetRequiredPackagesResponse),
  getProgramDependencies: nothing(language.GetProgramDependenciesResponse),
  runtimeOptionsPrompts: nothing(language.RuntimeOptionsResponse),
  about: nothing(language.AboutResponse),
  getPluginInfo: (_call, callback) => callback(null, new plugin.PluginInfo().setVersion(version)),
  installDependencies: (call) => call.end(),
  run,
  runPlugin,
  cancel: (_call, callback) => {
    stop();
    callback(null, new Empty());
  },
};

/** Serves on a free port of loopback, prints it, and ends with the engine that started it. */
exports.main = () => {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(LanguageRuntimeService, service);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${String(port)}\n`);
  });
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    stop();
    process.exit(1);
  }, 1000).unref();
};
