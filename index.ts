import { deploy } from "./program";
import { readSettings } from "./settings";

export const { meshVersion, namespace, serviceEntries, kiali, kialiPassphrase, activeFaults } = deploy(readSettings());
