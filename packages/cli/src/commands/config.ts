import { type Action, placesOf } from "../call.ts";
import { CliError, UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { originText, shownSettings, withheldNote } from "../output/origin.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { findSettings } from "../settings-places.ts";

/** It asks no server and judges nothing, so that what is wrong can be seen. */
export const list: Action = async (call) => {
  const found = findSettings(await placesOf(call));
  const items = shownSettings(found);
  const origins = call.words.has("showOrigin");
  const head = ["SETTING", "VALUE", ...(origins ? ["FROM"] : [])];
  return {
    document: { items },
    text: (colours) =>
      table([
        head.map((cell) => colours.dim(cell)),
        ...items.map((item) => [
          colours.bold(item.setting),
          item.value === undefined ? colours.dim("not set") : printable(item.value),
          ...(origins ? [originText(item, colours)] : []),
        ]),
      ]),
    notes: withheldNote(found),
  };
};

export const get: Action = async (call) => {
  const name = call.words.argument("setting");
  const item = shownSettings(findSettings(await placesOf(call))).find(({ setting }) => setting === name);
  if (item === undefined)
    throw new UsageError(`A setting is url, token, project or environment, not ${JSON.stringify(name)}.`);
  const { value } = item;
  if (value !== undefined) return { document: item, text: () => printable(value) };
  throw new CliError(`${name} is not set. \`bannerol config list --show-origin\` shows what is.`, {
    code: "not_found",
    exitCode: ExitCode.notFound,
  });
};
