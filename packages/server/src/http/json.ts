/** Reads JSON from a stranger: bounded in bytes, depth and breadth, and never a throw that is not a refusal. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { nextPiece } from "./next-piece.ts";
import { refuse } from "./refusal.ts";

export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_DEPTH = 64;
export const MAX_KEYS = 2_000;

/**
 * The body of a request, or `undefined` where it has none. Bytes are counted as they arrive, whatever the headers
 * say. Refuses with 413, 415 or 400.
 */
export async function readJsonBody(
  request: Request,
  { limit = MAX_BODY_BYTES, zipped = false }: BodyRules = {},
): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) return undefined;
  refuseOtherTypes(request.headers);
  const isZipped = zipped && encodingOf(request.headers) === "gzip";
  if (!isZipped) refuseCompressed(request.headers);
  return parseJson(isZipped ? await unzip(bytes, limit) : bytes);
}

export interface BodyRules {
  /** Bytes, as they come and as they unpack; 1 MiB unless named. */
  readonly limit?: number;
  /** Whether it may be compressed by gzip; not unless named. */
  readonly zipped?: boolean;
}

const inflate = promisify(gunzip);

/** Stops at the limit as it unpacks, however much would come. */
async function unzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) refuseSize(limit);
    return refuse("malformed_request", "The body is no gzip, though its Content-Encoding says so. Send it again.");
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) refuseSize(limit);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let next = await nextPiece(reader); !next.done; next = await nextPiece(reader)) {
    size += next.value.byteLength;
    if (size > limit) {
      // Not awaited: a sender that never ends must not hold up the answer.
      reader.cancel().catch(() => undefined);
      refuseSize(limit);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

function refuseSize(limit: number): never {
  refuse("body_too_large", `The body is larger than ${limit / 1024} KiB. Send less at once.`);
}

function refuseOtherTypes(headers: Headers): void {
  if (isJsonType(headers)) return;
  refuse("unsupported_media_type", "The body must be JSON. Send it with Content-Type: application/json.");
}

/** Whether `Content-Type` says that the body is JSON. */
export function isJsonType(headers: Headers): boolean {
  const type = (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return /^application\/([a-z0-9.-]+\+)?json$/.test(type);
}

function encodingOf(headers: Headers): string {
  return (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
}

function refuseCompressed(headers: Headers): void {
  if (encodingOf(headers) === "identity") return;
  refuse("unsupported_media_type", "The body is compressed, which only events may be, by gzip. Send it as it is.");
}

function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  refuseDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it cannot be parsed";
    refuse("malformed_json", `The body is not JSON: ${reason}.`);
  }
  refuseBreadth(value);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("malformed_json", "The body is not UTF-8 text. Send JSON in UTF-8.");
  }
}

/** Counts brackets outside strings, before anything is parsed. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === "\\") index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    if (depth > MAX_DEPTH)
      refuse("malformed_request", `The body is nested more than ${MAX_DEPTH} deep. Make it flatter.`);
  }
}

/** The depth is bounded by now, so this cannot overflow the stack. */
function refuseBreadth(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const parts = Object.values(value);
  if (!Array.isArray(value) && parts.length > MAX_KEYS) {
    refuse("malformed_request", `An object in the body has more than ${MAX_KEYS} keys. Send fewer.`);
  }
  for (const part of parts) refuseBreadth(part);
}
