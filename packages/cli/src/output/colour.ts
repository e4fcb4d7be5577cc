import picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

/**
 * Whether to colour what goes to one stream: only a terminal, unless `FORCE_COLOR` asks for it. `NO_COLOR` wins over
 * everything (https://no-color.org: any value but the empty one).
 */
export function wantsColour(isTerminal: boolean, env: { readonly [name: string]: string | undefined }): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env.TERM !== "dumb";
}

export function coloursFor(isTerminal: boolean, env: { readonly [name: string]: string | undefined }): Colours {
  return picocolors.createColors(wantsColour(isTerminal, env));
}
