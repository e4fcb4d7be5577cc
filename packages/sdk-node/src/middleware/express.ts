/** Express's middleware. Of Express itself it needs the types alone. */
import type { Request, RequestHandler } from "express";
import { binderOf, type ContextOf, type RequestClient, type RequestFlags, runWith } from "./request-flags.ts";

export type { RequestFlags } from "./request-flags.ts";

declare global {
  namespace Express {
    interface Request {
      /** This request's flags: bound to its context, on one revision. */
      readonly flags: RequestFlags;
    }
  }
}

/**
 * Gives each request its flags as `req.flags`, and to the code below as `currentFlags()`. Goes behind what `contextOf`
 * looks at, such as a session.
 */
export function bannerol(client: RequestClient, contextOf: ContextOf<Request>): RequestHandler {
  const bind = binderOf(client, contextOf);
  return (request, _response, next) =>
    bind(request, (flags) => {
      Object.defineProperty(request, "flags", { get: flags, configurable: true, enumerable: true });
      runWith(flags, () => next());
    });
}
