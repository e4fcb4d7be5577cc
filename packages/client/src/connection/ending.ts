/** What an HTTP response that is no success says of itself. Pure. */
import type { Ending } from "../ports.ts";

const LONGEST_DETAIL = 300;

interface Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Why a request failed, from a response that is not what was asked for: a problem document, or a proxy's page. */
export function endingOf({ status, headers, body }: Response): Ending {
  const retryAfterMs = retryAfter(headers.get("retry-after"));
  const reason =
    detailOf(body) ?? `It answered with status ${status} in place of what was asked for; a proxy may stand between.`;
  return { status, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** `Retry-After` in seconds, as this protocol's servers send it; its other form, a date, would need a right clock. */
function retryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : undefined;
}

function detailOf(body: string): string | undefined {
  try {
    const problem: unknown = JSON.parse(body);
    if (typeof problem !== "object" || problem === null || !("detail" in problem)) return undefined;
    return typeof problem.detail === "string" ? problem.detail.slice(0, LONGEST_DETAIL) : undefined;
  } catch {
    return undefined;
  }
}
