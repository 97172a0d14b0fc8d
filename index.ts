import { deploy } from "./program";
import { readSettings } from "./settings";

// One object of outputs: an output that a stack does not have is left out, not undefined.
export = deploy(readSettings());
