import type { Command } from "commander";
import { UserError } from "./terminal/userError";

/** What can be typed behind a command, by its words: ` mesh status`. */
interface Place {
  readonly words: string;
  readonly next: readonly { readonly word: string; readonly what: string }[];
}

function placesOf(command: Command, words = ""): readonly Place[] {
  const commands = command.commands.map((one) => ({ word: one.name(), what: one.description() }));
  const options = [...command.options, { long: "--help", description: "display help for command" }].flatMap(
    ({ long, description }) => (long ? [{ word: long, what: description }] : []),
  );
  return [
    { words, next: [...commands, ...options] },
    ...command.commands.flatMap((one) => placesOf(one, `${words} ${one.name()}`)),
  ];
}

/** A word that is no command, such as a stack, leaves the place as it is. */
function bash(places: readonly Place[]): string {
  const cases = places.map(({ words, next }) => `    "${words}") next="${next.map(({ word }) => word).join(" ")}" ;;`);
  return `_jam_istio() {
  local word next place=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
      ${places
        .slice(1)
        .map(({ words }) => `"${words}"`)
        .join(" | ")}) place="$place $word" ;;
    esac
  done
  case "$place" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _jam_istio jam-istio
`;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

function fish(places: readonly Place[]): string {
  const known = places.slice(1).map(({ words }) => quoted(words));
  const place = `function __jam_istio_at
  set -l place ""
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
      case ${known.join(" ")}
        set place "$place $word"
    end
  end
  test "$place" = "$argv[1]"
end`;
  const lines = places.flatMap(({ words, next }) =>
    next.map(({ word, what }) => {
      const typed = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c jam-istio -n ${quoted(`__jam_istio_at "${words}"`)} ${typed} -d ${quoted(what)}`;
    }),
  );
  return `${[place, ...lines].join("\n")}\n`;
}

const shells: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash,
  zsh: (places) => `autoload -U +X bashcompinit && bashcompinit\n${bash(places)}`,
  fish,
};

/** A shell's completion of every command and option. @throws UserError for another shell */
export function completionScript(program: Command, shell: string): string {
  const script = shells[shell];
  if (script === undefined)
    throw new UserError(`"${shell}" is no shell that is known. Allowed: ${Object.keys(shells).join(", ")}`);
  return script(placesOf(program));
}

/** Adds the command that prints it; last, so that it knows the others. */
export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("Print the completion of commands and options for a shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      "\nIt completes the word jam-istio: put node_modules/.bin on PATH, or alias jam-istio='npx jam-istio'.\n" +
        '\nExample: eval "$(npx jam-istio completion bash)"\n' +
        "         npx jam-istio completion fish | source\n" +
        "Exit codes: 0 printed, 1 another shell.",
    )
    .action((shell: string) => {
      process.stdout.write(completionScript(program, shell));
    });
}
