import assert from "node:assert/strict";
import { codes } from "../../../mesh/doctor/codes";
import { diagnose, inOrder } from "../../../mesh/doctor/diagnose";
import { allCodes, explanation, nearestCode } from "../../../mesh/doctor/explain";
import type { Finding } from "../../../mesh/doctor/finding";
import { analyzed, besides } from "../../../mesh/doctor/istioctl";
import { metricsOf } from "../../../mesh/doctor/metrics";
import { countsText, needsCare } from "../../../mesh/doctor/report";
import { clean, object, service } from "./support";

const finding = (code: string, severity: Finding["severity"], name = "Service dev701/web"): Finding => ({
  ...{ code, severity, object: name, evidence: "", sentence: "", remedy: "" },
});

describe("what the doctor says", () => {
  it("nothing of a mesh in which nothing is wrong", () => {
    assert.deepEqual(diagnose(clean), []);
    assert.deepEqual(diagnose({ ...clean, controlPlanes: [], planesUnseen: true }), []);
  });

  it("what harms most first, and of one code and object one", () => {
    const all = [
      finding("b", "info"),
      finding("z", "error"),
      finding("c", "warning"),
      finding("a", "error"),
      finding("z", "error"),
    ];
    assert.deepEqual(
      inOrder(all).map(({ code }) => code),
      ["a", "z", "c", "b"],
    );
    assert.equal(countsText(inOrder(all)), "2 errors, 1 warning, 1 info");
    assert.deepEqual([needsCare(all), needsCare([finding("b", "info")])], [true, false]);
  });

  it("each code has an explanation of its own", () => {
    const texts = allCodes.map((code) => explanation(code) ?? assert.fail(code));
    assert.equal(new Set(texts).size, Object.keys(codes).length);
    for (const text of texts) assert.ok(text.length > 100, text);
    assert.match(explanation("subset-empty") ?? "", /The same in istioctl analyze: IST0173$/);
    assert.equal(explanation("nonsense"), undefined);
    assert.deepEqual([nearestCode("port-capture"), nearestCode("nonsense")], ["port-captured", undefined]);
  });

  it("in Prometheus' format, whatever a name holds", () => {
    const text = metricsOf({
      instances: ["dev701"],
      time: "2026-11-26T12:00:00.000Z",
      findings: [finding("wrong-protocol", "error", 'a "b"\\c')],
      unseen: ["x"],
    });
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(samples, [
      'jam_istio_doctor_finding{code="wrong-protocol",severity="error",object="a \\"b\\"\\\\c"} 1',
      "jam_istio_doctor_not_looked_at 1",
      "jam_istio_doctor_last_run_seconds 1795694400",
    ]);
  });

  it("what istioctl found beside it, none twice", () => {
    const route = (name: string) =>
      object("VirtualService", name, { hosts: ["web"], http: [{ route: [{ destination: { host: "web" } }] }] });
    const own = diagnose({
      ...clean,
      services: [service("web", [{ name: "http" }])],
      virtualServices: [route("a"), route("b")],
    });
    const message = (code: string, origin: string) => ({
      ...{
        code,
        origin,
        level: "Warning",
        message: "it says so\nand more",
        documentationUrl: "https://istio.io/x?ref=y",
      },
    });
    const others = analyzed(
      JSON.stringify([
        message("IST0109", "VirtualService dev701/a"),
        message("IST0109", "VirtualService dev701/c"),
        message("IST0118", "Service dev701/web"),
      ]),
    );
    assert.deepEqual(analyzed(""), []);
    assert.deepEqual(
      besides(own, others).map(({ code, object: at }) => `${code} ${at}`),
      ["IST0109 VirtualService dev701/c", "IST0118 Service dev701/web"],
    );
    assert.deepEqual(others[2], {
      code: "IST0118",
      severity: "warning",
      object: "Service dev701/web",
      evidence: "istioctl analyze",
      sentence: "it says so",
      remedy: "https://istio.io/x",
    });
  });
});
