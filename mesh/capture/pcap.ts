// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html: a header of the file, then a header and data for each packet.
const [fileHeader, recordHeader, lengthAt] = [24, 16, 8];
/** The first four bytes, read as a little-endian number: whether all others are little-endian, with micro- or nanoseconds. */
const magics: Readonly<Record<number, boolean>> = {
  0xa1b2c3d4: true,
  0xa1b23c4d: true,
  0xd4c3b2a1: false,
  0x4d3cb2a1: false,
};
/** A packet is cut at this length at the latest, with `-s 0`. */
const longest = 262_144;

/** Takes a stream of packets apart, so that what is handed on always ends with a whole packet. */
export class PcapRecords {
  private rest: Buffer = Buffer.alloc(0);
  private littleEndian: boolean | undefined;
  /** How many packets were handed on. */
  public packets = 0;

  /** Whether the file's head has come: whoever sends it listens then. */
  public get hasBegun(): boolean {
    return this.littleEndian !== undefined;
  }

  /**
   * Takes a part of the stream.
   * @returns what is whole by now: the file's header and packets, or nothing
   * @throws Error where it is no stream of packets
   */
  public push(part: Buffer): Buffer {
    const all = this.rest.length === 0 ? part : Buffer.concat([this.rest, part]);
    let at = 0;
    if (this.littleEndian === undefined) {
      if (all.length < fileHeader) return this.keep(all, 0);
      this.littleEndian = magics[all.readUInt32LE(0)];
      if (this.littleEndian === undefined) throw new Error("what comes is no stream of packets");
      at = fileHeader;
    }
    while (all.length - at >= recordHeader) {
      const length = this.littleEndian ? all.readUInt32LE(at + lengthAt) : all.readUInt32BE(at + lengthAt);
      if (length > longest) throw new Error("the stream of packets is damaged");
      if (all.length - at < recordHeader + length) break;
      at += recordHeader + length;
      this.packets += 1;
    }
    return this.keep(all, at);
  }

  private keep(all: Buffer, at: number): Buffer {
    this.rest = all.subarray(at);
    return all.subarray(0, at);
  }
}
