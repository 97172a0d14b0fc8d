import { Command } from "commander";
import pc from "picocolors";
import { addRender } from "./renderCommand";
import { UserError } from "./stackFile";

const program = new Command("jam-istio")
  .description("Installs, upgrades and debugs the Istio mesh of one instance")
  .showHelpAfterError("(--help shows what there is)")
  .configureHelp({ showGlobalOptions: true });
addRender(program);

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof UserError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${pc.red("error:")} ${known ? text : `a fault in jam-istio itself: ${text.split("\n")[0] ?? ""}`}\n`,
  );
  if (!known && process.env["JAM_ISTIO_DEBUG"] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = 1;
});
