/** One request to addresses that were checked. Nothing but `outbound.ts` imports it. */
import { type IncomingMessage, request as requestPlainly } from "node:http";
import { request as requestSafely } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { OutboundOutcome } from "./outbound.ts";
import type { Target } from "./target.ts";

export interface Exchange {
  readonly target: Target;
  readonly addresses: readonly string[];
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string;
}

type Ended = Exclude<OutboundOutcome, { readonly kind: "refused" }>;
type Untimed<T> = T extends unknown ? Omit<T, "ms"> : never;

const MAX_ANSWER_BYTES = 64 * 1_024;

/** Resolves with the answer, or with what kept it away; the `deadline` ends it wherever it stands. */
export async function exchange(asked: Exchange, deadline: AbortSignal): Promise<Untimed<Ended>> {
  try {
    const response = await begin(asked, deadline);
    const { body, isCut } = await readUpTo(MAX_ANSWER_BYTES, response);
    const retryAfter = response.headers["retry-after"];
    const status = response.statusCode ?? 0;
    return { kind: "answered", status, body, isCut, ...(retryAfter !== undefined && { retryAfter }) };
  } catch (error) {
    if (deadline.aborted) return failed("timeout", "No whole answer came within the time that a request may take.");
    return failureOf(error);
  }
}

function begin({ target, addresses, method, headers, body, ca }: Exchange, deadline: AbortSignal) {
  const request = target.protocol === "https:" ? requestSafely : requestPlainly;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: target.host,
      port: target.port,
      path: target.path,
      method,
      // Compressed answers would have to be unpacked, and counted again.
      headers: { "accept-encoding": "identity", "user-agent": "bannerol", ...headers, host: target.authority },
      // The name stays in TLS and `Host`, the connection goes to what was checked: nobody asks for the name again.
      lookup: answerWith(addresses),
      ...(ca === undefined ? {} : { ca }),
      autoSelectFamilyAttemptTimeout: 1_000,
      agent: false,
      signal: deadline,
    };
    const sent = request(options);
    sent.on("response", resolve);
    sent.on("error", reject);
    // Also without an error: Node drops a connection that changes its protocol, and says no more.
    sent.on("close", () => reject(new Error("The connection was closed")));
    sent.end(body);
  });
}

function answerWith(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (host, options, answer) => {
    const fitting = found.filter(({ family }) => !options.family || options.family === family);
    const [first] = fitting;
    if (first === undefined) answer(new Error(`${host} has no address that was checked`), "");
    else if (options.all) answer(null, fitting);
    else answer(null, first.address, first.family);
  };
}

/** Reads until there is enough, then hangs up: an answer without an end holds nothing. */
async function readUpTo(most: number, response: IncomingMessage) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > most) break;
  }
  response.destroy();
  const body = Buffer.concat(chunks).subarray(0, most).toString("utf8");
  return { body, isCut: bytes > most };
}

function failureOf(error: unknown): Untimed<Ended> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return failed("certificate", `The certificate was not accepted (${code}).`);
  }
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/.test(code)) {
    return failed("unreachable", `No connection could be made (${code}).`);
  }
  return failed("no answer", `The connection ended before an answer${code === "" ? "" : ` (${code})`}.`);
}

const failed = (reason: Extract<Ended, { kind: "failed" }>["reason"], message: string): Untimed<Ended> => ({
  kind: "failed",
  reason,
  message,
});
