import type { EvaluationForm } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { readContext } from "../context.ts";
import { RefusedError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { momentOf } from "../moment.ts";
import { oneLine } from "../output/printable.ts";
import { outcomeOf, resultLine } from "../output/result.ts";

/** What one context gets. With `--test` it fails closed: only a boolean flag that is on passes. */
export const evaluate: Action = async (call) => {
  const context = readContext(call.words);
  const { admin, project, environment } = await openSession(call);
  const flag = call.words.argument("flag");
  const { body } = await admin.evaluations.explain(
    { project, environment: environment() },
    { flag, context, ...momentOf(call.words) },
  );
  const { explanation: _steps, ...result } = body;
  return {
    document: result,
    text: (colours) => resultLine(body, colours),
    exitCode: call.words.has("test") ? testOf(body) : outcomeOf(body),
  };
};

function testOf(result: EvaluationForm): ExitCode {
  if (result.reason === "ERROR") return outcomeOf(result);
  if (typeof result.value === "boolean") return result.value ? ExitCode.done : ExitCode.off;
  throw new RefusedError(
    `--test asks whether a boolean flag is on; ${result.flag} serves ${oneLine(result.value)}. Leave --test out.`,
  );
}
