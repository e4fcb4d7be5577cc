import type { TargetingName } from "@bannerol/admin-client";
import type { PreviewRequest } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession, type Session } from "../call.ts";
import { readContexts } from "../context.ts";
import { UsageError } from "../errors.ts";
import { readJson } from "../input-file.ts";
import { previewText } from "../output/preview.ts";
import { printable } from "../output/printable.ts";
import { fallthroughFor } from "../preview/ask.ts";
import { readRollout } from "../rollout-words.ts";

/** What a change would do. It writes nothing, and so asks nothing. */
export const preview: Action = async (call) => {
  const changes = await readChanges(call);
  const contexts = await readContexts(call);
  const session = await openSession(call);
  const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
  const fields = await changes(session, name);
  const { body } = await session.admin.targeting.preview(name, { ...fields, ...(contexts && { contexts }) });
  return {
    document: body,
    text: (colours) =>
      `${colours.bold(printable(name.flag))} in ${printable(name.environment)} would change:\n${previewText(body, colours)}`,
  };
};

/** Fields of a targeting, as soon as it is known which flag's. */
type Changes = (session: Session, name: TargetingName) => Promise<PreviewRequest>;

async function readChanges(call: Call): Promise<Changes> {
  const [percent, file] = [call.words.option("rollout"), call.words.option("file")];
  if (percent !== undefined && file === undefined) return rolloutChanges(call, percent);
  if (file !== undefined && percent === undefined) return await fileChanges(call, file);
  if (call.words.has("enable") && file === undefined) return async () => ({ enabled: true });
  throw new UsageError(
    "What would change? Give --rollout 25, --file targeting.json or --enable; not both of the first.",
  );
}

function rolloutChanges({ words }: Call, percent: string): Changes {
  const rollout = readRollout(words, percent);
  return async (session, name) => ({
    fallthrough: await fallthroughFor(session, name, rollout),
    ...(words.has("enable") && { enabled: true }),
  });
}

/** Whether it is a targeting is for the server to say, place by place. What answers bring along is left out. */
async function fileChanges({ words, io }: Call, file: string): Promise<Changes> {
  const document = await readJson(io, file);
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new UsageError(`${file} holds no targeting: {"fallthrough": {…}, …}, whole or the fields that change.`);
  const { revision: _, head: __, comment: ___, ...fields } = Object.fromEntries(Object.entries(document));
  return async () => ({ ...fields, ...(words.has("enable") && { enabled: true }) });
}
