import { isIP } from "node:net";
import { generate } from "selfsigned";

/** A certificate for names of hosts that is its own authority, as a company's own is: no machine knows it. */
export async function certificateFor(
  ...hosts: readonly string[]
): Promise<{ readonly key: string; readonly cert: string }> {
  const altNames = hosts.map((host) =>
    isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host },
  );
  const made = await generate([{ name: "commonName", value: hosts[0] ?? "" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { key: made.private, cert: made.cert };
}
