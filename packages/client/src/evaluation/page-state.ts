/** What a server renders a page with: the results of one context, and no rule. Pure. */
import { type CompiledRuleset, isRecord, type JsonValue, type Reason } from "@bannerol/core";

/** For `bootstrap` of the SDK for browsers. As JSON in a page, write `<` as `\u003c`: a value may be any text. */
export interface PageState {
  readonly epoch: string;
  readonly revision: number;
  /** Of the flags marked `clientSide` that can be evaluated. */
  readonly flags: {
    readonly [key: string]: { readonly value: JsonValue; readonly variant: string; readonly reason: Reason };
  };
}

/** `now`: epoch milliseconds. Before there is a ruleset: of revision 0, and no flags. */
export function pageStateOf(compiled: CompiledRuleset | undefined, context: unknown, now: number): PageState {
  const { epoch = "", revision = 0, flags: documents } = compiled?.ruleset ?? {};
  const results: [string, PageState["flags"][string]][] = [];
  compiled?.decideAll(context, now, ({ key }, { value, variant, reason }) => {
    const document = documents?.get(key);
    if (variant === undefined || !isRecord(document) || document.clientSide !== true) return;
    results.push([key, { value, variant, reason }]);
  });
  return { epoch, revision, flags: Object.fromEntries(results) };
}
