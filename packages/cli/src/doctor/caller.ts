/** Whether the token opens the admin API, what it may do there, and whether what the settings name is there. */
import { AdminApiError, type AdminClient } from "@bannerol/admin-client";
import type { Whoami } from "@bannerol/protocol/schemas";
import { ExitCode } from "../exit-codes.ts";
import { toProblem } from "../output/problem.ts";
import { secondOf } from "../output/when.ts";
import { scopeOf } from "../reach.ts";
import type { Settings } from "../settings.ts";
import type { Finding } from "./finding.ts";

const SOON_MS = 7 * 86_400_000;

export async function lookAtToken(admin: AdminClient, now: number): Promise<Finding> {
  try {
    return gradeCaller((await admin.users.whoami()).body, now);
  } catch (error) {
    const { detail, exitCode } = toProblem(error);
    const todo = "Keep another: bannerol login. `bannerol config list --show-origin` tells where this one is from.";
    return { check: "token", grade: "fail", says: detail, exitCode, ...(isRefused(error) && { todo }) };
  }
}

const isRefused = (error: unknown): boolean => error instanceof AdminApiError && error.status === 401;

export function gradeCaller(who: Whoami, now: number): Finding {
  const says = `${who.name}, ${who.role} of ${scopeOf(who)}`;
  if (who.expiresAt === undefined) return { check: "token", grade: "ok", says };
  const until = `${says}, until ${secondOf(who.expiresAt)} UTC`;
  if (Date.parse(who.expiresAt) - now > SOON_MS) return { check: "token", grade: "ok", says: until };
  return {
    check: "token",
    grade: "warn",
    says: until,
    todo: `It ends soon. Rotating lengthens nothing; an admin makes another: bannerol token create --expires 90d`,
  };
}

export async function lookAtPlace(admin: AdminClient, { project, environment }: Settings): Promise<Finding> {
  const check = "place";
  try {
    if (environment === undefined) {
      await admin.projects.get(project);
      return { check, grade: "ok", says: `the project ${project} is there; no environment is named` };
    }
    const { body } = await admin.projects.environment({ project, environment });
    return { check, grade: "ok", says: `${project}/${environment} is there${body.protected ? ", protected" : ""}` };
  } catch (error) {
    const { detail, exitCode } = toProblem(error);
    const isThere = exitCode !== ExitCode.notFound;
    const todo = "Name another: --project, --env. `bannerol project list` and `bannerol env list` show them.";
    return { check, grade: "fail", says: detail, exitCode, ...(!isThere && { todo }) };
  }
}
