import type { Command } from "commander";
import { helpEnd } from "../terminal/helpEnd";

/* eslint-disable @typescript-eslint/no-require-imports -- loaded when it runs; the loader of TypeScript handles require() alone */
const loadDiff = () => require("./diffCommand") as typeof import("./diffCommand");
const loadDrift = () => require("./driftCommand") as typeof import("./driftCommand");
const loadDeploy = () => require("./deployCommand") as typeof import("./deployCommand");
const loadDriftIssue = () => require("./driftIssueCommand") as typeof import("./driftIssueCommand");
const loadStacks = () => require("./stacksCommand") as typeof import("./stacksCommand");
const loadComment = () => require("./commentCommand") as typeof import("./commentCommand");
/* eslint-enable @typescript-eslint/no-require-imports */

const stackArgument = ["<stack>", "the stack: dev701 for Pulumi.dev701.yaml"] as const;
const chartsOption = [
  "--charts <root>",
  "directory or URL laid out like the official chart repositories (default: JAM_ISTIO_CHARTS)",
] as const;

const several = (value: string, before: readonly string[]) => [...before, value];

/** Adds the commands of how a change gets from a pull request into the cluster. */
export function addDelivery(program: Command): void {
  program
    .command("diff")
    .description(
      "Show what a change does to each object of a stack: from a Git commit, or the cluster, to the files here",
    )
    .argument(...stackArgument)
    .option("--base <ref>", "branch, tag or commit to compare with (default: origin's default branch, else main)")
    .option("--live", "compare with what is in the cluster now, by dry runs, instead of a commit")
    .option("--markdown", "print it as Markdown, as GitHub and GitLab show it")
    .option("--json", "print it as JSON")
    .option("--html <file>", "also write it as one page with search and folding")
    .option("--ignore <place>", "hide a place, too, such as metadata.labels.team; can be repeated", several, [])
    .option("--all", "hide nothing: also labels with the chart's version, and checksums")
    .option(...chartsOption)
    .addHelpText(
      "after",
      helpEnd(
        "diff -- dev701 --base origin/main",
        "0 compared, 1 a side cannot be rendered, or the cluster gives no answer, 3 not all could be compared: it says what",
      ),
    )
    .action((stack: string, options: object) => loadDiff().diff(stack, options));
  program
    .command("deploy")
    .description("Deploy a stack without a question, if that does what its plan says; preview --plan makes the plan")
    .argument(...stackArgument)
    .requiredOption("--plan <file>", "the plan that was reviewed")
    .option("--halt-faults", "end every fault of the instance first, once it is known that the plan is the same")
    .option("--refresh", "compare the state with the cluster first, and go by what is there")
    .addHelpText(
      "after",
      helpEnd(
        "deploy -- dev701 --plan dev701.plan",
        "0 deployed, 1 refused or failed, 3 something else would be deployed: it is shown, and nothing was changed",
      ),
    )
    .action((stack: string, options: { readonly plan: string }) => loadDeploy().deploy(stack, options));
  program
    .command("drift")
    .description("Compare every object of a stack with the cluster, field by field, by dry runs; changes nothing")
    .argument(...stackArgument)
    .option("--json", "print it as JSON")
    .option("--metrics <file>", "also write the counts as metrics of Prometheus")
    .option(...chartsOption)
    .addHelpText(
      "after",
      helpEnd(
        "drift -- dev701",
        "0 all is as the settings say, 1 it cannot be told, 3 something drifted or could not be compared",
      ),
    )
    .action((stack: string, options: object) => loadDrift().drift(stack, options));
  program
    .command("stacks")
    .description("List the stacks by their cluster, in the order in which they are deployed")
    .option("--changed <ref>", "only those that differ from a branch, tag or commit, all where the program does")
    .option("--json", "print it as JSON")
    .addHelpText("after", helpEnd("stacks -- --changed origin/main", "0 listed, 1 a stack file is wrong"))
    .action((options: object) => loadStacks().stacks(options));
  program
    .command("drift-issue")
    .description("Keep one issue on GitHub of what drifted: created, edited, closed once all is well")
    .requiredOption("--from <folder>", "what drift --json printed: <stack>.json, its exit code in <stack>.code")
    .option("--run <url>", "where the run's log is")
    .addHelpText(
      "after",
      "\nWithout GITHUB_TOKEN and GITHUB_REPOSITORY it prints the text. GITHUB_API_URL is another server's API." +
        helpEnd("drift-issue -- --from drift", "0 written or printed, 1 it cannot be"),
    )
    .action((options: { readonly from: string }) => loadDriftIssue().driftIssue(options));
  program
    .command("comment")
    .description("Say in one comment of a pull request what it does to every stack that it touches")
    .option("--base <ref>", "branch, tag or commit to compare with (default: origin's default branch, else main)")
    .option("--pull <number>", "number of the pull request (default: that of the GitHub workflow)")
    .option("--head <commit>", "newest commit of its branch (default: the one that is checked out)")
    .option("--previews <folder>", "what preview printed: <stack>.txt, and its exit code in <stack>.code")
    .option("--out <folder>", "also write the whole there, uncut, with a page for each stack")
    .option("--artifact <url>", "where the whole can be had, for what is cut")
    .option("--outdated", "only mark the comment as outdated if the branch has moved on")
    .option(...chartsOption)
    .addHelpText(
      "after",
      "\nWithout GITHUB_TOKEN and GITHUB_REPOSITORY it prints the comment. GITHUB_API_URL is another server's API." +
        helpEnd("comment -- --base origin/main --pull 12", "0 written or printed, 1 it cannot be"),
    )
    .action((options: object) => loadComment().comment(options));
}
