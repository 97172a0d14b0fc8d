import type { Note } from "../note";
import { notes as of21 } from "./v1_21";
import { notes as of22 } from "./v1_22";
import { notes as of23 } from "./v1_23";
import { notes as of24 } from "./v1_24";
import { notes as of24install } from "./v1_24install";
import { notes as of24patches } from "./v1_24patches";
import { notes as of25 } from "./v1_25";
import { notes as of26 } from "./v1_26";
import { notes as of27 } from "./v1_27";
import { notes as of28 } from "./v1_28";
import { notes as of28patches } from "./v1_28patches";
import { notes as of29 } from "./v1_29";
import { notes as of30 } from "./v1_30";
import { notes as of30patches } from "./v1_30patches";
import { notes as of31 } from "./v1_31";
import { notes as of31traffic } from "./v1_31traffic";

const inOrder = (...parts: readonly (readonly Note[])[]) => parts.flat().sort((a, b) => a.id.localeCompare(b.id, "en"));

/** Every note, in the order of Istio's minors. A minor that is new gets a file here. */
export const allNotes: readonly Note[] = inOrder(
  ...[of21, of22, of23, of24, of24install, of24patches, of25, of26, of27, of28, of28patches],
  ...[of29, of30, of30patches, of31, of31traffic],
);

/** When Istio's notes and code were last read for these. */
export const notesRead = "September 2026";
