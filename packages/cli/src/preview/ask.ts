/** Asks what a change would do, for the question that comes before it. */
import type { TargetingName } from "@bannerol/admin-client";
import type { PreviewRequest, RolloutPut } from "@bannerol/protocol/schemas";
import type { Session } from "../call.ts";
import { UsageError } from "../errors.ts";
import type { Colours } from "../output/colour.ts";
import { previewText } from "../output/preview.ts";
import { printable } from "../output/printable.ts";
import { rolledOut } from "./rolled-out.ts";

/** The preview of some fields of a targeting, in words, under a line that says what it is of. */
export async function tellPreview(
  { admin }: Session,
  name: TargetingName,
  fields: PreviewRequest,
): Promise<(colours: Colours) => string> {
  const { body } = await admin.targeting.preview(name, fields);
  const title = `${printable(name.flag)} in ${printable(name.environment)} would change:`;
  return (colours) => `${colours.bold(title)}\n${previewText(body, colours)}`;
}

/** The same of a rollout. */
export async function tellRollout(
  session: Session,
  name: TargetingName,
  { rollout, enable }: { readonly rollout: RolloutPut; readonly enable: boolean },
): Promise<(colours: Colours) => string> {
  const fallthrough = await fallthroughFor(session, name, rollout);
  return await tellPreview(session, name, { fallthrough, ...(enable && { enabled: true }) });
}

/** Throws `UsageError` where neither the flag nor the caller says which variant rolls out. */
export async function fallthroughFor(
  { admin }: Session,
  name: TargetingName,
  rollout: RolloutPut,
): Promise<NonNullable<PreviewRequest["fallthrough"]>> {
  const [flag, targeting] = await Promise.all([admin.flags.get(name), admin.targeting.get(name)]);
  const fallthrough = rolledOut(flag.body, targeting.body, rollout);
  if (fallthrough !== undefined) return fallthrough;
  const choice = flag.body.variants.map(({ key }) => key).filter((key) => key !== targeting.body.off);
  throw new UsageError(`Which variant rolls out? Name one with --variant: ${choice.map(printable).join(", ")}.`);
}
