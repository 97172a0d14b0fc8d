import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { kialiSecretName, signingKeyField, systemNamespace } from "../mesh/istio/names";
import type { MeshContext } from "./context";

const base64 = (text: pulumi.Input<string>) =>
  pulumi.secret(pulumi.output(text).apply((value) => Buffer.from(value, "utf8").toString("base64")));

/**
 * Secret `kiali`, made before the control plane because Kiali reads it at its start: the login of the classic layout
 * (`username`, `passphrase`), the signing key of the modern one.
 */
export class KialiSecret extends pulumi.ComponentResource {
  public readonly secret: kubernetes.core.v1.Secret;
  /** The classic layout's passphrase, secret; `undefined` in the modern layout. */
  public readonly passphrase: pulumi.Output<string> | undefined;

  constructor(name: string, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    // No inputs for the component: they would stand in the state in clear.
    super("jam-istio:components:KialiSecret", name, {}, opts);
    const { plan, provider, gate, after } = context;
    const { settings } = plan;
    const classic = settings.layout === "classic";
    const generated = () =>
      // 32 characters: a passphrase nobody has to remember, and a length that Kiali takes as a signing key.
      new random.RandomPassword(
        `${name}-${classic ? "passphrase" : "signing-key"}`,
        { length: 32, special: false },
        { parent: this },
      ).result;
    const value = pulumi.secret((classic ? settings.kialiPassphrase : settings.kialiSigningKey) ?? generated());
    this.passphrase = classic ? value : undefined;
    this.secret = new kubernetes.core.v1.Secret(
      name,
      {
        metadata: { name: kialiSecretName, namespace: systemNamespace, labels: { app: "kiali" } },
        type: "Opaque",
        data: classic
          ? { username: base64(settings.kiali.username), passphrase: base64(value) }
          : { [signingKeyField]: base64(value) },
      },
      { parent: this, provider, dependsOn: [gate, ...after] },
    );
    this.registerOutputs();
  }
}
