/** The one redactor: what passes through it holds no credential, whatever line it came in. */
import { findCredentials } from "@bannerol/protocol";

const MASK = "[redacted]";

export type Redactor = (text: string) => string;

/**
 * Makes a redactor. It masks every key and token whose checksum confirms it (class and id stay, by which one is
 * found), what follows `Bearer`, and the `secrets`, which have no form of their own.
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return (text) => {
    const known = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, MASK), text);
    return maskCredentials(known).replace(/\b(Bearer\s+)[^\s"',\\]+/gi, `$1${MASK}`);
  };
}

function maskCredentials(text: string): string {
  if (!text.includes("bnr_")) return text;
  let masked = "";
  let from = 0;
  for (const { start, end, credential } of findCredentials(text)) {
    if (start > from) masked += text.slice(from, start);
    masked += `bnr_${credential.class}_${credential.id}_${MASK}`;
    from = Math.max(from, end);
  }
  return masked + text.slice(from);
}
