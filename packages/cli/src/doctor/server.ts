/** Whether a Bannerol server answers, whether it is ready, and whether it and this machine agree on version and time. */
import { checkReachable } from "@bannerol/admin-client";
import type { Readiness } from "@bannerol/protocol/schemas";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { parseObject } from "../settings-files.ts";
import { isLoopback } from "../settings-places.ts";
import { version as ownVersion } from "../version.ts";
import type { Finding } from "./finding.ts";

const CLOCK_MS = 5_000;
const TIMEOUT_MS = 10_000;

/** The first is how the server is reached; where that fails, it is alone. */
export async function lookAtServer(url: string, clock: Io["clock"]): Promise<readonly Finding[]> {
  try {
    await checkReachable(url);
  } catch (error) {
    return [unreachable(error instanceof Error ? error.message : String(error))];
  }
  const asked = clock.date();
  const answer = await fetch(`${url}/readyz`, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const ms = clock.date() - asked;
  const status = statusIn(await answer.text());
  if (status === undefined) return [stranger(url, answer)];
  return [
    reached(url, ms),
    gradeReadiness(status),
    gradeVersion(await versionOf(url)),
    gradeClock(answer.headers.get("date"), asked + ms / 2),
  ];
}

const unreachable = (says: string): Finding => ({
  check: "server",
  grade: "fail",
  says,
  todo: "Start it, or name another: --url, BANNEROL_URL, or bannerol login.",
  exitCode: ExitCode.outOfReach,
});

/** A proxy, or another service at the same address. */
function stranger(url: string, { status, headers }: Response): Finding {
  const who = headers.get("server");
  return {
    check: "server",
    grade: "fail",
    says: `${url}/readyz answers ${status}${who === null ? "" : ` (${who})`}, and not as a Bannerol server does`,
    todo: "Check the address; a proxy in front has to pass all that is below it.",
    exitCode: ExitCode.outOfReach,
  };
}

function reached(url: string, ms: number): Finding {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || isLoopback(hostname))
    return { check: "server", grade: "ok", says: `${url} answers, after ${ms} ms` };
  return {
    check: "server",
    grade: "warn",
    says: `${url} answers, without TLS`,
    todo: "Tokens and keys can be read on the way. Put a proxy with TLS in front, and use https.",
  };
}

export function gradeReadiness(status: Readiness["status"]): Finding {
  const found = { check: "ready", grade: "ok" } as const;
  switch (status) {
    case "ready":
      return { ...found, says: "its database is migrated, and the history is read" };
    case "degraded":
      return {
        ...found,
        grade: "warn",
        says: "its database is away or damaged: flags are served from memory, changes are refused",
        todo: "The server's log says why. It recovers by itself once the database is back.",
      };
    case "starting":
      return {
        ...found,
        grade: "fail",
        says: "it is starting: it migrates its database, or reads the history",
        todo: "Ask again in a moment; its log says what it does.",
        exitCode: ExitCode.outOfReach,
      };
    case "draining":
      return {
        ...found,
        grade: "fail",
        says: "it is about to stop, and takes nobody new",
        todo: "Another one takes its place, or start it again.",
        exitCode: ExitCode.outOfReach,
      };
  }
}

/** `undefined` where it does not tell. */
async function versionOf(url: string): Promise<string | undefined> {
  const asked = { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  const answer = await fetch(`${url}/openapi.json`, asked).catch(() => undefined);
  const info = parseObject((await answer?.text()) ?? "")?.get("info");
  const found = typeof info === "object" && info !== null && "version" in info ? info.version : undefined;
  return typeof found === "string" ? found : undefined;
}

export function gradeVersion(theirs: string | undefined, ours: string = ownVersion): Finding {
  const check = "version";
  if (theirs === undefined) {
    const todo = "Let /openapi.json pass, which tells it.";
    return { check, grade: "warn", says: `this program is ${ours}; the server does not tell`, todo };
  }
  if (theirs === ours) return { check, grade: "ok", says: `${ours}, both` };
  const says = `the server is ${theirs}, this program ${ours}`;
  const feature = (version: string) => version.split(".").slice(0, 2).join(".");
  if (feature(theirs) === feature(ours)) return { check, grade: "ok", says };
  return { check, grade: "warn", says, todo: "What one knows the other may not. Use one version of both." };
}

/** An HTTP date has no fractions, so that half a second is never told from none. */
export function gradeClock(date: string | null, here: number): Finding {
  const check = "clock";
  const there = Date.parse(date ?? "");
  if (Number.isNaN(there)) return { check, grade: "skipped", says: "the server does not tell its time" };
  const skewMs = there + 500 - here;
  if (Math.abs(skewMs) <= CLOCK_MS) return { check, grade: "ok", says: "the server's and this machine's agree" };
  const way = skewMs > 0 ? "ahead of" : "behind";
  return {
    check,
    grade: "warn",
    says: `the server's is ${Math.round(Math.abs(skewMs) / 1_000)} s ${way} this machine's`,
    todo: "Instants mean something else there: ends of tokens, schedules, freezes. Have both keep time (NTP).",
  };
}

/** `undefined` where the text is no answer of `/readyz`. */
function statusIn(text: string): Readiness["status"] | undefined {
  const found = parseObject(text)?.get("status");
  return (["ready", "degraded", "starting", "draining"] as const).find((status) => status === found);
}
