/** The words that some options are chosen from, as the admin API has them. */
import type { ApprovalsQuery, FlagForm, SdkKeyForm, TokenForm } from "@bannerol/protocol/schemas";

export const flagTypes = ["boolean", "string", "number", "json"] as const satisfies readonly FlagForm["type"][];
export const flagKinds = ["release", "experiment", "ops", "permission"] as const satisfies readonly FlagForm["kind"][];
export const keyKinds = ["server", "client"] as const satisfies readonly SdkKeyForm["kind"][];
export const roles = ["viewer", "editor", "releaser", "admin"] as const satisfies readonly TokenForm["role"][];

export const approvalStatuses = [
  "waiting",
  "applied",
  "rejected",
  "withdrawn",
  "outdated",
  "expired",
  "all",
] as const satisfies readonly NonNullable<ApprovalsQuery["status"]>[];

export function oneOf<T extends string>(choices: readonly T[], text: string | undefined): T | undefined {
  return choices.find((choice) => choice === text);
}
