/** A statement as it is typed. */
import type { Call } from "../call.ts";
import { readContexts, readObject } from "../context.ts";
import { UsageError } from "../errors.ts";
import { readPercent } from "../percent.ts";
import type { Words } from "../words.ts";
import type { Statement } from "./statement.ts";

/** Throws `UsageError` where the options make none of the three forms. */
export async function typedStatement(call: Call, key: string): Promise<Statement> {
  const { words } = call;
  const [flag, context, minimum] = [words.option("flag"), words.option("context"), words.option("minimum")];
  const [serves, never] = [words.list("serves"), words.list("never")];
  const forms = [serves.length > 0, never.length > 0, minimum !== undefined].filter((named) => named).length;
  if (forms !== 1) throw new UsageError(`What has to hold? ${FORMS}`);
  if (never.length > 0) return { key, never: never.map(readVariant), ...(await contextsOf(call)) };
  if (flag === undefined) throw new UsageError("Of which flag? Name it with --flag.");
  if (minimum !== undefined) return { key, flag, minimumPercentage: readPercent(minimum) };
  const example = `'{"targetingKey":"u1"}'`;
  if (context === undefined) throw new UsageError(`To whom? Give --context ${example}.`);
  return { key, flag, context: readObject(context, "--context", example), serves: [...serves] };
}

const FORMS = "Give --serves, --never or --minimum, and one of them alone: see bannerol invariant add --help.";

async function contextsOf(call: Pick<Call, "io"> & { readonly words: Words }) {
  const contexts = await readContexts(call);
  return contexts === undefined ? {} : { contexts };
}

function readVariant(text: string): { readonly flag: string; readonly variant: string } {
  const [flag = "", variant = "", ...more] = text.split("=");
  if (flag !== "" && variant !== "" && more.length === 0) return { flag, variant };
  throw new UsageError(`--never is a flag and its variant, like pricing=on; ${JSON.stringify(text)} is not.`);
}
