import { type Action, openSession } from "../call.ts";
import { readContext } from "../context.ts";
import { momentOf, whenOf } from "../moment.ts";
import { explanationText } from "../output/explanation.ts";
import { oneLine, printable } from "../output/printable.ts";
import { outcomeOf, resultLine } from "../output/result.ts";

/** Why a context gets what it gets: the server decides again and says each step that it takes. */
export const explain: Action = async (call) => {
  const context = readContext(call.words);
  const { admin, project, environment } = await openSession(call);
  const name = { project, environment: environment() };
  const flag = call.words.argument("flag");
  const { body } = await admin.evaluations.explain(name, { flag, context, ...momentOf(call.words) });
  return {
    document: body,
    text: (colours) =>
      [
        `${colours.bold(printable(flag))} in ${printable(name.environment)} for ${oneLine(context)}${whenOf(call.words)}`,
        "",
        explanationText(body.explanation, colours),
        "",
        resultLine(body, colours),
      ].join("\n"),
    exitCode: outcomeOf(body),
  };
};
