import type { Command } from "commander";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it runs, as in main.ts
const loadMirror = () => require("./mirrorCommand") as typeof import("./mirrorCommand");

/** Adds the command that brings charts and the list of images to where there is no network. */
export function addMirror(program: Command): void {
  program
    .command("mirror")
    .description("Put the charts of Istio's versions into a folder or a registry, and list the images that they need")
    .requiredOption("--to <place>", "a folder, or oci://registry/path; laid out like the official hosts")
    .option("--versions <list>", "versions of Istio, by commas (default: those of the stack files)")
    .option("--images <folder>", "where the lists of images go (default: the folder of --to, for oci:// ./mirror)")
    .option("--charts <root>", "directory or URL that charts are taken from (default: JAM_ISTIO_CHARTS)")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      "\ndocs/air-gap.md says how the images get into a registry, and what else is needed there." +
        "\nExample: npx jam-istio mirror --versions 1.29.6,1.30.3 --to mirror" +
        "\nExit codes: 0 written, 1 wrong input, or a chart cannot be had: nothing is written then.",
    )
    .action((options: { readonly to: string }) => loadMirror().mirror(options));
}
