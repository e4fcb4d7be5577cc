/** Signatures as Standard Webhooks writes them: https://github.com/standard-webhooks/standard-webhooks, `v1`. */
import { createHmac } from "node:crypto";

export const SECRET_BYTES = 32;
const PREFIX = "whsec_";

/** `whsec_` and the secret in base64. `bytes` are 24 to 64, random. */
export const secretText = (bytes: Uint8Array): string => `${PREFIX}${Buffer.from(bytes).toString("base64")}`;

export interface Signed {
  readonly id: string;
  /** Epoch milliseconds; sent in seconds. */
  readonly at: number;
  readonly body: string;
}

/** The headers that prove who sent a body. While secrets rotate there are two, and a receiver takes either. */
export function signatureHeaders({ id, at, body }: Signed, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => `v1,${sign(`${id}.${timestamp}.${body}`, secret)}`);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

function sign(text: string, secret: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  return createHmac("sha256", key).update(text).digest("base64");
}
