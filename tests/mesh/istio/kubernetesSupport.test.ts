import assert from "node:assert/strict";
import { judgeKubernetes } from "../../../mesh/istio/kubernetesSupport";
import { dataDate, layoutOf, minors } from "../../../mesh/istio/releases";

const next = (minor: string, by: number) => `1.${String(Number(minor.slice(2)) + by)}`;
const removed = (istio: string, kubernetes: string) =>
  `Istio ${istio} cannot run on Kubernetes ${kubernetes}: its charts use APIs that Kubernetes 1.22 removed. ` +
  "Use a cluster older than 1.22, or Istio 1.12 or newer";
const tooOld = (istio: string, kubernetes: string, min: string) =>
  `Istio ${istio} is not known to work on Kubernetes ${kubernetes}: ${min} is the oldest that it was tested on. Upgrade the cluster first, or use an older Istio`;
const unsupported = (istio: string, range: string, kubernetes: string) =>
  `Istio ${istio} is supported on Kubernetes ${range}; on ${kubernetes} it is tested, not supported`;
const untested = (istio: string, range: string, kubernetes: string) =>
  `Istio ${istio} is tested on Kubernetes ${range}, not on ${kubernetes}`;
const acknowledge = ". Choose a matching pair, or acknowledge with istio.allow: [untested-kubernetes]";
const fine = { refused: [], warnings: [] };

describe("kubernetes: the edges of each row, end of life acknowledged", () => {
  for (const [istio, row] of Object.entries(minors)) {
    const { kubernetesMin: min, kubernetesMax: max, testedMin = min } = row;
    const version = `${istio}.0`;
    const judge = (kubernetes: string, ...allow: string[]) =>
      judgeKubernetes(version, kubernetes, ["end-of-life", ...allow]);

    it(`${istio}: ${min} and ${max} carry it`, () => {
      assert.deepEqual(judge(min), fine);
      assert.deepEqual(judge(max), fine);
    });

    it(`${istio}: below ${testedMin} nobody tried it, whatever is acknowledged`, () => {
      const below = next(testedMin, -1);
      const expected = { refused: [tooOld(istio, below, testedMin)], warnings: [] };
      assert.deepEqual(judge(below), expected);
      assert.deepEqual(judge(below, "untested-kubernetes"), expected);
    });

    const outside = [...(testedMin === min ? [] : [testedMin, next(min, -1)]), next(max, 1)];
    for (const kubernetes of new Set(outside)) {
      const text =
        kubernetes === next(max, 1)
          ? untested(istio, `${testedMin} to ${max}`, kubernetes)
          : unsupported(istio, `${min} to ${max}`, kubernetes);
      const warned = { refused: [], warnings: [text] };
      it(`${istio}: ${kubernetes} is outside the supported range`, () => {
        const expected = layoutOf(version) === "classic" ? warned : { refused: [text + acknowledge], warnings: [] };
        assert.deepEqual(judge(kubernetes), expected);
        assert.deepEqual(judge(kubernetes, "untested-kubernetes"), warned);
      });
    }
  }
});

describe("kubernetes: tested, but not supported", () => {
  it("1.30 runs on 1.27 to 1.31 where a person says so", () => {
    for (const kubernetes of ["1.27", "1.28", "1.29", "1.30", "1.31"]) {
      const text = unsupported("1.30", "1.32 to 1.36", kubernetes);
      assert.deepEqual(judgeKubernetes("1.30.3", kubernetes, []), { refused: [text + acknowledge], warnings: [] });
      assert.deepEqual(judgeKubernetes("1.30.3", kubernetes, ["untested-kubernetes"]), {
        refused: [],
        warnings: [text],
      });
    }
  });
});

describe("kubernetes: the ceiling of the classic layout", () => {
  for (const istio of ["1.3", "1.4", "1.5"]) {
    it(`${istio} runs on 1.21 with a warning, on 1.22 and newer never`, () => {
      const judge = (kubernetes: string) =>
        judgeKubernetes(`${istio}.0`, kubernetes, ["end-of-life", "untested-kubernetes"]);
      const range = istio === "1.5" ? "1.14 to 1.16" : "1.13 to 1.15";
      assert.deepEqual(judge("1.21"), { refused: [], warnings: [untested(istio, range, "1.21")] });
      for (const kubernetes of ["1.22", "1.35"])
        assert.deepEqual(judge(kubernetes), { refused: [removed(istio, kubernetes)], warnings: [] });
    });
  }
});

describe("kubernetes: end of life, and what is not known", () => {
  const ended = "Istio 1.4 is past its end of life (5 Jun 2020); acknowledge with istio.allow: [end-of-life]";

  it("an ended minor is warned of, beside the other verdicts", () => {
    assert.deepEqual(judgeKubernetes("1.4.6", "1.15", []), { refused: [], warnings: [ended] });
    assert.deepEqual(judgeKubernetes("1.4.6", "1.21", []), {
      refused: [],
      warnings: [ended, untested("1.4", "1.13 to 1.15", "1.21")],
    });
    assert.deepEqual(judgeKubernetes("1.4.6", "1.22", []), { refused: [removed("1.4", "1.22")], warnings: [ended] });
    assert.deepEqual(judgeKubernetes("1.4.6", "1.12", []), {
      refused: [tooOld("1.4", "1.12", "1.13")],
      warnings: [ended],
    });
  });

  it("a supported minor is not", () => {
    assert.deepEqual(judgeKubernetes("1.30.3", "1.34", []), fine);
  });

  it("other risks do not silence it", () => {
    assert.deepEqual(judgeKubernetes("1.4.6", "1.15", ["downgrade", "untested-kubernetes"]).warnings, [ended]);
  });

  for (const kubernetes of ["1.20", "1.34", "1.60"]) {
    it(`a minor newer than the data is warned of on ${kubernetes}, not refused`, () => {
      assert.deepEqual(judgeKubernetes("1.40.0", kubernetes, []), {
        refused: [],
        warnings: [`Istio 1.40 is newer than this program's data of ${dataDate}: its Kubernetes range is unknown`],
      });
    });
  }
});
