/**
 * The flags of one request: a client's calls, bound to who asks, on one revision for as long as the request takes.
 *
 *     request ─► context ─► flags (made when they are first asked for) ─► on the request, and currentFlags()
 *
 * What the frameworks have in common. It knows none of them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type BoundEvaluation, type FlagClient, reasonOf } from "@bannerol/client";
import type { EvaluationContext } from "@bannerol/core";

/** The calls of a client without the context, on one revision. */
export type RequestFlags = ReturnType<BoundEvaluation["snapshot"]>;

/** Says who asks. Called once for each request; one that throws or rejects leaves the context empty, and is reported. */
export type ContextOf<R> = (request: R) => EvaluationContext | Promise<EvaluationContext>;

/** What middleware needs of a client. */
export type RequestClient = Pick<FlagClient, "forContext" | "report">;

/** The same flags at each call; made at the first. */
export type LazyFlags = () => RequestFlags;

/** One for all of a process: what is loaded as ES modules and what as CommonJS has a copy of this module each. */
const CURRENT = Symbol.for("@bannerol/sdk-node: current flags");
const shared: typeof globalThis & { [CURRENT]?: AsyncLocalStorage<LazyFlags> } = globalThis;
shared[CURRENT] ??= new AsyncLocalStorage();
const current = shared[CURRENT];

/** The flags of the request that is being answered, wherever in the code below the middleware; undefined outside of one. */
export function currentFlags(): RequestFlags | undefined {
  return current.getStore()?.();
}

/** Runs `work`, and all that it starts, with these as `currentFlags()`. */
export function runWith<T>(flags: LazyFlags, work: () => T): T {
  return current.run(flags, work);
}

export function lazyFlags(client: RequestClient, context: EvaluationContext): LazyFlags {
  let made: RequestFlags | undefined;
  return () => {
    made ??= client.forContext(context).snapshot();
    return made;
  };
}

/** Hands over each request's flags: at once where the context is there at once. Neither throws nor rejects. */
export function binderOf<R>(client: RequestClient, contextOf: ContextOf<R>) {
  let reported = false;
  const failed = (error: unknown): EvaluationContext => {
    if (!reported) client.report({ code: "context_failed", message: failureOf(error) });
    reported = true;
    return {};
  };
  const contextFor = (request: R): EvaluationContext | Promise<EvaluationContext> => {
    try {
      const context = contextOf(request);
      return isPromise(context) ? Promise.resolve(context).catch(failed) : context;
    } catch (error) {
      return failed(error);
    }
  };
  return (request: R, proceed: (flags: LazyFlags) => void): void => {
    const context = contextFor(request);
    if (isPromise(context)) void context.then((given) => proceed(lazyFlags(client, given)));
    else proceed(lazyFlags(client, context));
  };
}

/** Not every promise is this realm's own; and what a caller without types answers with may be nothing. */
function isPromise(context: EvaluationContext | Promise<EvaluationContext>): context is Promise<EvaluationContext> {
  return typeof context?.then === "function";
}

function failureOf(error: unknown): string {
  return `The function that says for whom a request evaluates flags failed: ${reasonOf(error)}. They are evaluated for nobody in particular then; further failures of this function are not reported.`;
}
