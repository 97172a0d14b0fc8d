import * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../../mesh/meshPlan";
import { dynamicCode } from "./dynamicCode";
import type { MeshRemovalInputs } from "./providers/meshRemoval";

/**
 * Stands before the removal of the mesh: as it waits for all of it, it is deleted first, and refuses where others use the mesh.
 * It does nothing else.
 */
export class MeshRemoval extends pulumi.CustomResource {
  /** @param keepsSystem whether namespace istio-system stays when the stack is destroyed */
  constructor(name: string, { settings }: MeshPlan, keepsSystem: boolean, opts: pulumi.CustomResourceOptions) {
    const { kubernetes, stack, namespace } = settings;
    const inputs: MeshRemovalInputs = { kubernetes, owned: { stack, namespace, keepsSystem } };
    const type = "pulumi-nodejs:dynamic/jam-istio:MeshRemoval";
    super(type, name, { __provider: dynamicCode("meshRemoval"), ...inputs }, opts);
  }
}
