import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { documentFiles } from "../e2e/support/oldMesh/documentFiles";

const document = join(__dirname, "../../../shared/mission/jam-service-mesh-with-istio.txt");

describe("the old way's files that the tests run", () => {
  if (!existsSync(document)) {
    it("pending: the source document is not beside the project");
    return;
  }
  it("are those of the source document, letter by letter", () => {
    const text = readFileSync(document, "utf8");
    for (const [path, content] of Object.entries(documentFiles)) assert.ok(text.includes(content), path);
  });
});
