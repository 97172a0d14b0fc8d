import assert from "node:assert/strict";
import fc from "fast-check";
import { PcapRecords } from "../../../mesh/capture/pcap";

function stream(magic: number, lengths: readonly number[], little: boolean): readonly Buffer[] {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(magic);
  const packets = lengths.map((length) => {
    const record = Buffer.alloc(16 + length, 7);
    if (little) record.writeUInt32LE(length, 8);
    else record.writeUInt32BE(length, 8);
    return record;
  });
  return [head, ...packets];
}

describe("a stream of packets", () => {
  for (const [magic, little] of [
    [0xa1b2c3d4, true],
    [0xa1b23c4d, true],
    [0xd4c3b2a1, false],
    [0x4d3cb2a1, false],
  ] as const) {
    it(`that begins with ${magic.toString(16)} is handed on up to its last whole packet, however it is cut`, () => {
      const lengths = fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 6 });
      fc.assert(
        fc.property(lengths, fc.nat(600), fc.integer({ min: 1, max: 40 }), (sizes, end, step) => {
          const parts = stream(magic, sizes, little);
          const sent = Buffer.concat(parts).subarray(0, end);
          const records = new PcapRecords();
          const got: Buffer[] = [];
          for (let at = 0; at < sent.length; at += step) got.push(records.push(sent.subarray(at, at + step)));
          let whole = 0;
          let count = -1;
          for (const part of parts)
            if (whole + part.length <= sent.length) [whole, count] = [whole + part.length, count + 1];
            else break;
          assert.deepEqual(Buffer.concat(got), sent.subarray(0, whole));
          assert.equal(records.packets, Math.max(count, 0));
        }),
      );
    });
  }

  it("that is none, or damaged, is refused", () => {
    assert.throws(
      () => new PcapRecords().push(Buffer.from("tcpdump: no permission to capture")),
      /no stream of packets/,
    );
    const [head = Buffer.alloc(0), packet = Buffer.alloc(0)] = stream(0xa1b2c3d4, [4], true);
    packet.writeUInt32LE(0x7fffffff, 8);
    assert.throws(() => new PcapRecords().push(Buffer.concat([head, packet])), /damaged/);
  });
});
