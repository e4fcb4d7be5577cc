/** The one redactor: what passes through it holds no credential, whatever line it came in. */
import { findCredentials } from "@bannerol/protocol";

const MASK = "[redacted]";

export type Redactor = (text: string) => string;

/**
 * Makes a redactor. It masks every key and token whose checksum confirms it (class and id stay, by which one is
 * found), what a line holds by one of the `forms`, and the `secrets`, which have no form of their own.
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return (text) => {
    const known = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, MASK), text);
    return forms.reduce((rest, form) => rest.replace(form, `$1${MASK}`), maskCredentials(known));
  };
}

/** What stands before a secret stays. Each begins with fixed text, so that a long line costs no more than its length. */
const forms: readonly RegExp[] = [
  /\b(Bearer\s+)[^\s"',\\]+/gi,
  // Of a header, as it stands in a line of JSON.
  /("(?:proxy-authorization|authorization|set-cookie|cookie)":\s*"(?!Bearer ))(?:[^"\\]|\\.)+/gi,
  // Of webhooks.
  /\b(whsec_)[A-Za-z0-9+/=_-]+/g,
  // In a URL, after the user's name.
  /(:\/\/[^\s/?#"'@:]*:)[^\s/?#"'@]+(?=@)/g,
];

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
