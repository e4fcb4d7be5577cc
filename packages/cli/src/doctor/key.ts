/** Whether an SDK key opens the data plane, and for where. */
import { parseCredential } from "@bannerol/protocol";
import type { Settings } from "../settings.ts";
import { parseObject } from "../settings-files.ts";
import type { Finding } from "./finding.ts";

const TIMEOUT_MS = 10_000;

/** A key, and where it was found. */
export interface SdkKey {
  readonly text: string;
  readonly source: string;
}

interface Opened {
  readonly project: string;
  readonly environment: string;
  readonly revision: number;
  readonly flags: object;
}

export async function lookAtKey({ text, source }: SdkKey, settings: Settings): Promise<Finding> {
  const check = "key";
  const credential = parseCredential(text);
  if (credential === undefined)
    return refused(`${source} holds no key: its form or its checksum is wrong`, "Copy it again, whole.");
  if (credential.class === "token")
    return refused(
      `${source} holds a token, which is for people and pipelines`,
      "SDKs want a key: bannerol key create",
    );
  const answer = await fetch(`${settings.url}/sdk/v1/ruleset`, {
    headers: { Authorization: `Bearer ${text}` },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => String(error));
  if (typeof answer === "string") return refused(`no answer at ${settings.url}/sdk/v1/ruleset: ${answer}`, PASS);
  const body = await answer.text();
  const opened = rulesetIn(body);
  if (opened !== undefined) return gradeScope(opened, `a ${credential.class} key from ${source}`, settings);
  const detail = parseObject(body)?.get("detail");
  if (typeof detail === "string")
    return refused(
      `${source}: ${detail}`,
      "Make another: bannerol key create. `bannerol key list` shows those in force.",
    );
  return refused(`${settings.url}/sdk/v1/ruleset answers ${answer.status}, and not as a Bannerol server does`, PASS);

  function refused(says: string, todo: string): Finding {
    return { check, grade: "fail", says, todo };
  }
}

const PASS = "A proxy in front has to pass all that is below /sdk/v1.";

export function gradeScope(
  { project, environment, revision, flags }: Opened,
  what: string,
  settings: Pick<Settings, "project" | "environment">,
): Finding {
  const count = Object.keys(flags).length;
  const says = `${what} opens ${project}/${environment}: ${count} flag${count === 1 ? "" : "s"}, revision ${revision}`;
  const isElsewhere = settings.environment !== undefined && settings.environment !== environment;
  if (settings.project === project && !isElsewhere) return { check: "key", grade: "ok", says };
  const named = [settings.project, settings.environment].filter((part) => part !== undefined).join("/");
  const todo = `The settings name ${named}. Whoever changes that, an application with this key sees nothing of it.`;
  return { check: "key", grade: "warn", says, todo };
}

/** `undefined` where the text is no ruleset. */
function rulesetIn(text: string): Opened | undefined {
  const found = parseObject(text);
  const [project, environment] = [found?.get("project"), found?.get("environment")];
  const [revision, flags] = [found?.get("revision"), found?.get("flags")];
  if (typeof project !== "string" || typeof environment !== "string") return undefined;
  if (typeof revision !== "number" || typeof flags !== "object" || flags === null) return undefined;
  return { project, environment, revision, flags };
}
