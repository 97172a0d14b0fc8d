import type { Conversation } from "./answer";

/** How the names of the ephemeral containers begin from which is asked, with the sidecar and past it. */
export const askerNames = { through: "jam-istio-why", past: "jam-istio-past" } as const;

/** What is said on a connection of its own. */
export interface Opening {
  /** What is sent first, a character a byte; nothing where the server is listened to. */
  readonly hello: string;
  /** How long the first byte may take, in seconds. */
  readonly seconds: number;
  /** How long the rest may take after it, in seconds; 0 takes what comes at once. */
  readonly rest: number;
}

/** How long the name's address may take, in seconds. */
const lookupSeconds = 6;

/**
 * Talks to a host and port from inside a container that has bash, coreutils and nothing else: `/dev/tcp` is bash's own. Each
 * argument after host and port is `first:rest:bytes`; all are tried at the same time. It prints a line for each: number, milliseconds,
 * how it ended, and what came, in base64. The first line is the address that the name has.
 */
const script = `
host=$1; port=$2; shift 2
now() { echo $(($(date +%s%N) / 1000000)); }
talk() (
  first=\${2%%:*}; left=\${2#*:}; rest=\${left%%:*}; begin=$(now)
  if ! exec 3<>"/dev/tcp/$host/$port"; then echo "$1 $(($(now) - begin)) failed"; exit; fi
  printf '%b' "\${left#*:}" >&3
  said=$(timeout "$first" dd bs=65536 count=1 <&3 2>/dev/null | base64 | tr -d '\\n'; exit "\${PIPESTATUS[0]}"); code=$?
  ms=$(($(now) - begin))
  if [ -n "$said" ] && [ "$rest" != 0 ]; then
    more=$(timeout "$rest" cat <&3 2>/dev/null | head -c 65536 | base64 | tr -d '\\n'; exit "\${PIPESTATUS[0]}"); code=$?
  fi
  echo "$1 $ms $code $said $more"
)
found=$(timeout ${String(lookupSeconds)} getent ahosts "$host" 2>/dev/null); code=$?
echo "address $(echo "$found" | while read -r a _; do case $a in *:*) ;; *.*) echo "$a"; break ;; esac; done)"
i=0
for one in "$@"; do
  # No such name, or nobody who says so in time: bash would ask once more, for as long.
  case $code in 2 | 124) echo "$i 0 unresolved" ;; *) talk $i "$one" & ;; esac
  i=$((i + 1))
done
wait
`;

const escaped = (text: string) => Buffer.from(text, "latin1").toString("hex").replace(/../g, "\\x$&");

/** How long a connection may take to come about, in seconds: bash itself waits for minutes. */
const connectSeconds = 8;
/** What `timeout` ends with when it was too long. */
const lateCode = 124;

/** The command for a container. It ends by itself, also where nobody waits for it any more. */
export function talkCommand(host: string, port: number, openings: readonly Opening[]): readonly string[] {
  const longest = Math.max(0, ...openings.map(({ seconds, rest }) => seconds + rest));
  const said = openings.map(({ hello, seconds, rest }) => `${String(seconds)}:${String(rest)}:${escaped(hello)}`);
  return [
    "timeout",
    String(lookupSeconds + longest + connectSeconds),
    "bash",
    "-c",
    script,
    "talk",
    host,
    String(port),
    ...said,
  ];
}

/** What came of it. */
export interface Talk {
  /** The address that the name has in the pod; empty where that cannot be told. */
  readonly address: string;
  /** In the order of the openings. */
  readonly conversations: readonly Conversation[];
}

function failure(stderr: string): Conversation["end"] {
  if (/Connection refused/.test(stderr)) return "refused";
  return /not known|name resolution|No address associated|Servname/.test(stderr) ? "unresolved" : "unreachable";
}

function endOf(code: string, said: string): Conversation["end"] {
  if (code === "124" || code === "143") return said === "" ? "silent" : "open";
  return code === "0" || said !== "" ? "closed" : "reset";
}

const decoded = (parts: readonly string[]) =>
  parts.map((one) => Buffer.from(one, "base64").toString("latin1")).join("");

/**
 * Reads what the script printed.
 * @throws Error where it printed something else: it did not run to its end
 */
export function readTalk(
  count: number,
  { code: ended, stdout, stderr }: { readonly code: number; readonly stdout: string; readonly stderr: string },
): Talk {
  const lines = stdout.split("\n");
  const conversations = Array.from({ length: count }, (_, at): Conversation => {
    const line = lines.find((one) => one.startsWith(`${String(at)} `));
    const [, ms = "", code = "", ...said] = line?.split(" ") ?? [];
    if (line === undefined && ended === lateCode) return { end: "unreachable", said: "", ms: connectSeconds * 1000 };
    if (line === undefined) throw new Error(stderr.trim().split("\n").at(-1) || "nothing was printed");
    if (code === "unresolved") return { end: "unresolved", said: "", ms: Number(ms) };
    if (code === "failed") return { end: failure(stderr), said: "", ms: Number(ms) };
    const text = decoded(said);
    return { end: endOf(code, text), said: text, ms: Number(ms) };
  });
  return {
    address:
      lines
        .find((one) => one.startsWith("address "))
        ?.slice("address ".length)
        .trim() ?? "",
    conversations,
  };
}
