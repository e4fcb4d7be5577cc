/** A change that waits, as people see it. */
import type { ScheduleForm } from "@bannerol/protocol/schemas";
import type { ScheduleDocument } from "../../state/release-document.ts";
import { instant } from "../decision.ts";

/** Keys hold no slash, so the key of a schedule tells its flag. */
export function scheduleKey(flag: string, id: string): string {
  return `${flag}/${id}`;
}

export function nameOfSchedule(key: string): { readonly flag: string; readonly schedule: string } {
  const [flag = "", schedule = ""] = key.split("/");
  return { flag, schedule };
}

export function scheduleForm(document: ScheduleDocument): Omit<ScheduleForm, "revision"> {
  const { id, at, by, comment } = document;
  return {
    id,
    at: instant(at),
    ...("kill" in document ? { kill: true } : { change: document.change }),
    by,
    ...(comment === undefined ? {} : { comment }),
  };
}
