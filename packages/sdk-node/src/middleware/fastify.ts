/** Fastify's plugin. Of Fastify itself it needs the types alone. */
import type { FastifyPluginCallback, FastifyRequest } from "fastify";
import {
  binderOf,
  type ContextOf,
  type LazyFlags,
  lazyFlags,
  type RequestClient,
  type RequestFlags,
  runWith,
} from "./request-flags.ts";

export type { RequestFlags } from "./request-flags.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** This request's flags: bound to its context, on one revision. */
    readonly flags: RequestFlags;
  }
}

/**
 * Gives each request its flags as `request.flags`, and to its handler as `currentFlags()`. The context is asked for in a
 * `preHandler` hook, in the order of registration: the body has been read. Before, and where a request fails before,
 * flags are evaluated for nobody in particular.
 */
export function bannerol(client: RequestClient, contextOf: ContextOf<FastifyRequest>): FastifyPluginCallback {
  const bind = binderOf(client, contextOf);
  const bound = new WeakMap<object, LazyFlags>();
  const plugin: FastifyPluginCallback = (instance, _options, done) => {
    instance.decorateRequest("flags", {
      getter() {
        return (bound.get(this) ?? lazyFlags(client, {}))();
      },
    });
    instance.addHook("preHandler", (request, _reply, next) =>
      bind(request, (flags) => {
        bound.set(request, flags);
        runWith(flags, next);
      }),
    );
    done();
  };
  return Object.assign(plugin, asWhole);
}

/** What `fastify-plugin` would say: it holds for the instance that registers it, and not only below itself. */
const asWhole = {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "@bannerol/sdk-node",
};
