// Typed once more from its source; whether istio.io still says so, no test proves.
import assert from "node:assert/strict";
import {
  compareMinors,
  kialiVersion,
  layoutOf,
  minorData,
  minorOf,
  minors,
  officialRepositories,
} from "../../../mesh/istio/releases";

const expectedLayout = (minor: number) => {
  if (minor >= 3 && minor <= 5) return "classic";
  return minor >= 12 ? "modern" : undefined;
};

describe("releases: layoutOf", () => {
  for (let minor = 0; minor <= 40; minor++) {
    const expected = expectedLayout(minor);
    it(`1.${String(minor)} is ${expected ?? "in no repository"}, at its first patch and a late one`, () => {
      assert.equal(layoutOf(`1.${String(minor)}.0`), expected);
      assert.equal(layoutOf(`1.${String(minor)}.19`), expected);
    });
  }
  for (const version of ["2.0.0", "0.8.0", "10.4.0"]) {
    it(`${version} is in no repository`, () => {
      assert.equal(layoutOf(version), undefined);
    });
  }
  const [blob, ghcr] = ["https://blob.istio.io/istio-release/charts", "oci://ghcr.io/istio/release/charts"];
  const old = "https://istio-release.storage.googleapis.com/charts";
  for (const [version, expected] of [
    ["1.12.0", [blob, ghcr, old]],
    ["1.30.3", [blob, ghcr, old]],
    ["1.31.0-rc.0", [blob, ghcr]],
    ["1.31.0", [blob, ghcr]],
  ] as const) {
    it(`${version} is asked of ${String(expected.length)} official repositories, the host that closes last`, () => {
      assert.deepEqual(officialRepositories("modern", version), expected);
    });
  }
  it("the classic charts lie beside the release, at the new host first", () => {
    assert.deepEqual(officialRepositories("classic", "1.4.6"), [
      "https://blob.istio.io/istio-release/releases/1.4.6/charts",
      "https://storage.googleapis.com/istio-release/releases/1.4.6/charts",
    ]);
  });
});

describe("releases: kialiVersion", () => {
  for (const [version, expected] of [
    ["1.12.0", undefined],
    ["1.25.9", undefined],
    ["1.26.0", "2.8.0"],
    ["1.27.3", "2.12.0"],
    ["1.28.10", "2.17.0"],
    ["1.29.6", "2.21.0"],
    ["1.30.3", "2.26.0"],
    ["1.31.0", "2.26.0"],
    ["1.40.0", "2.26.0"],
  ] as const) {
    it(`of Istio ${version} is ${expected ?? "not known"}`, () => {
      assert.equal(kialiVersion(version), expected);
    });
  }
});

describe("releases: versions", () => {
  it("minorOf keeps the zero of 1.30 and 1.10", () => {
    assert.deepEqual(["1.30.3", "1.10.0", "1.4.6", "2.0.1"].map(minorOf), ["1.30", "1.10", "1.4", "2.0"]);
  });

  for (const [a, b, sign] of [
    ["1.9", "1.10", -1],
    ["1.10", "1.9", 1],
    ["1.4", "1.30", -1],
    ["1.30", "1.30", 0],
    ["2.0", "1.40", 1],
  ] as const) {
    it(`compareMinors of ${a} and ${b} has the sign ${String(sign)}`, () => {
      assert.equal(Math.sign(compareMinors(a, b)), sign);
    });
  }
});

describe("releases: the table", () => {
  // Istio, lowest and highest Kubernetes, the lowest that is tested, or APIs' end.
  const rows: Readonly<Record<string, readonly [string, string, string?]>> = {
    "1.31": ["1.32", "1.36", "1.27"],
    "1.30": ["1.32", "1.36", "1.27"],
    "1.29": ["1.31", "1.35", "1.26"],
    "1.28": ["1.30", "1.34", "1.25"],
    "1.27": ["1.29", "1.33", "1.24"],
    "1.26": ["1.29", "1.33", "1.24"],
    "1.25": ["1.29", "1.32", "1.24"],
    "1.24": ["1.28", "1.31", "1.23"],
    "1.23": ["1.27", "1.30", "1.23"],
    "1.22": ["1.27", "1.30", "1.23"],
    "1.21": ["1.26", "1.29", "1.23"],
    "1.20": ["1.25", "1.29", "1.23"],
    "1.18": ["1.24", "1.27", "1.20"],
    "1.16": ["1.22", "1.25", "1.16"],
    "1.14": ["1.21", "1.24", "1.16"],
    "1.12": ["1.19", "1.22"],
    "1.5": ["1.14", "1.16", "1.22"],
    "1.4": ["1.13", "1.15", "1.22"],
  };
  for (const [minor, [min, max, bound]] of Object.entries(rows)) {
    it(`${minor} has the range ${min} to ${max}`, () => {
      const data = minorData(`${minor}.0`);
      assert.deepEqual(
        [data?.kubernetesMin, data?.kubernetesMax, data?.testedMin ?? data?.removedIn],
        [min, max, bound],
      );
    });
  }

  it("holds every minor with a layout, without a gap", () => {
    const expected = [3, 4, 5, ...Array.from({ length: 20 }, (_, at) => at + 12)].map((minor) => `1.${String(minor)}`);
    assert.deepEqual(Object.keys(minors), expected);
  });

  it("has no range that is upside down", () => {
    const wrong = Object.entries(minors).filter(
      ([, { kubernetesMin, kubernetesMax, testedMin = kubernetesMin }]) =>
        compareMinors(kubernetesMin, kubernetesMax) > 0 || compareMinors(testedMin, kubernetesMin) > 0,
    );
    assert.deepEqual(wrong, []);
  });

  it("knows nothing of a minor that is newer", () => {
    assert.equal(minorData("1.40.0"), undefined);
  });
});
