/** Hono's middleware. */
import type { Context, Env, MiddlewareHandler } from "hono";
import {
  binderOf,
  type ContextOf,
  type LazyFlags,
  type RequestClient,
  type RequestFlags,
  runWith,
} from "./request-flags.ts";

export type { RequestFlags } from "./request-flags.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** This request's flags: bound to its context, on one revision. */
    readonly flags: RequestFlags;
  }
}

/**
 * Gives each request its flags as `c.var.flags`, and to the code below as `currentFlags()`. Goes behind what `contextOf`
 * looks at, such as a session.
 */
export function bannerol<E extends Env = Env>(
  client: RequestClient,
  contextOf: ContextOf<Context<E>>,
): MiddlewareHandler<E> {
  const bind = binderOf(client, contextOf);
  return async (c, next) => {
    const flags = await new Promise<LazyFlags>((resolve) => bind(c, resolve));
    // Hono's variables are values: here alone flags are made before anybody asks for them.
    c.set("flags", flags());
    await runWith(flags, next);
  };
}
