import assert from "node:assert/strict";
import { delimiter, dirname } from "node:path";
import { chartSeconds } from "../../charts/whyNot";
import { serveCharts } from "../support/chartServer";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";
import { inFolder } from "../support/tinyCharts";

describe("jam-istio render, a chart repository that hangs", () => {
  itNeeds(["helm"], "ends by itself, says so in the first line, and renders the rest", ({ helm }) =>
    inFolder(async (folder) => {
      const server = await serveCharts(folder);
      server.misbehave = "hang";
      const args = ["render", "dev701", "--out", folder, "--charts", server.url];
      const { code, stdout, stderr } = await jamIstio(args, {
        JAM_ISTIO_CACHE: `${folder}/cache`,
        PATH: [dirname(helm), process.env["PATH"] ?? ""].join(delimiter),
      });
      await server.stop();
      assert.equal(code, 3);
      assert.match(stdout, new RegExp(`^INCOMPLETE: .* no answer within ${String(chartSeconds)} s\\n`));
      assert.match(stdout, /ServiceEntry dev701\/mysql/);
      assert.match(stderr, /loading chart istio-init 1\.4\.6 from/);
    }),
  );
});
