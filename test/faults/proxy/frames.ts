/** WebSocket frames as a server sends them: unmasked. Pure. */

const TEXT = 1;
const LAST = 0x80;

export interface Frame {
  /** As it came over the wire. */
  readonly bytes: Buffer;
  /** Of a whole text message; `undefined` for every other frame. */
  readonly text: string | undefined;
}

/** The first frame in `bytes`; `undefined` where its end has not come yet. */
export function firstFrame(bytes: Buffer): Frame | undefined {
  const head = headOf(bytes);
  if (head === undefined || bytes.length < head.end) return undefined;
  const isText = bytes[0] === (LAST | TEXT);
  return {
    bytes: bytes.subarray(0, head.end),
    text: isText ? bytes.toString("utf8", head.start, head.end) : undefined,
  };
}

/** Where the payload of the frame at the start of `bytes` begins and ends. */
function headOf(bytes: Buffer): { readonly start: number; readonly end: number } | undefined {
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = { 126: 4, 127: 10 }[short] ?? 2;
  if (bytes.length < start) return undefined;
  const length = start === 2 ? short : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { start, end: start + length };
}

/** A whole text message as one frame. */
export function textFrame(text: string): Buffer {
  return frameOf(LAST | TEXT, Buffer.from(text));
}

/** `first` is the frame's first byte: its opcode, and 0x80 where it ends a message. */
export function frameOf(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(first, length), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head.writeUInt8(first, 0);
  head.writeUInt8(length < 65_536 ? 126 : 127, 1);
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}
