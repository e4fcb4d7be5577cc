/** Two people who change one targeting: whoever comes second is told what the first one did. */
import { AdminApiError, type TargetingName } from "@bannerol/admin-client";
import type { TargetingForm } from "@bannerol/protocol/schemas";
import type { Session } from "./call.ts";
import { oneLine } from "./output/printable.ts";
import { differences } from "./output/touched.ts";

const PRECONDITION_FAILED = 412;

/** Awaits a change of a targeting as it was read. Where somebody was faster, the error lists what is different now. */
export async function onWhatWasRead<T>(
  { admin }: Session,
  name: TargetingName,
  { read, change }: { readonly read: TargetingForm; readonly change: Promise<T> },
): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof AdminApiError) || error.status !== PRECONDITION_FAILED) throw error;
    const { body: now } = await admin.targeting.get(name);
    throw withDifferences(error, read, now);
  }
}

function withDifferences(error: AdminApiError, before: TargetingForm, after: TargetingForm): AdminApiError {
  const errors = differences({ before, after }).map((one) => ({
    path: one.field,
    message: `is ${oneLine(one.after)} now, and was ${oneLine(one.before)} when it was read.`,
  }));
  const { status, code, title, detail, requestId, etag } = error;
  return new AdminApiError({
    ...{ status, code, title, detail, errors },
    ...(requestId !== undefined && { requestId }),
    ...(etag !== undefined && { etag }),
  });
}
