import assert from "node:assert/strict";
import { jamIstio } from "../support/command";
import { run } from "../../tools/run";

/** What bash would offer after words, the last of them begun. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await jamIstio(["completion", "bash"]);
  const typed = ["jam-istio", ...words].map((word) => `'${word}'`).join(" ");
  const ask = `${stdout}\nCOMP_WORDS=(${typed}); COMP_CWORD=${String(words.length)}; _jam_istio; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ended = await run("bash", ["-c", ask], { seconds: 20 });
  return ended.stdout.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it("bash: commands, those below one, and their options; a stack's name does not lead astray", async () => {
    assert.deepEqual(await offered("proxy-c"), ["proxy-config"]);
    assert.deepEqual(await offered("mesh", "st"), ["status"]);
    assert.deepEqual(await offered("why", "up", "--st"), ["--stack"]);
  });

  it("zsh takes bash's; fish has a line for each word, at its place", async () => {
    const zsh = await jamIstio(["completion", "zsh"]);
    assert.match(zsh.stdout, /^autoload -U \+X bashcompinit && bashcompinit\n_jam_istio\(\)/);
    const fish = await jamIstio(["completion", "fish"]);
    assert.match(fish.stdout, /^complete -c jam-istio -n '__jam_istio_at " mesh"' -f -a status -d 'Versions of /m);
    assert.match(fish.stdout, /^complete -c jam-istio -n '__jam_istio_at " lab status"' -l kubernetes -d /m);
    assert.doesNotMatch(fish.stdout, /__jam_istio_at " mesh status"' -l kubernetes/);
  });

  it("another shell is refused with those that there are", async () => {
    const { code, stderr } = await jamIstio(["completion", "tcsh"]);
    assert.deepEqual([code, stderr], [1, 'error: "tcsh" is no shell that is known. Allowed: bash, zsh, fish\n']);
  });
});
