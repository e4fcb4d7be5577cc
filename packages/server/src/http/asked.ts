/**
 * What a request asked for, in a form that can be kept and asked again: after a restart, on another node. It is what came
 * before any schema has read it, so that it is read again by the program of then.
 */
import { z } from "zod";
import { type Method, methods } from "./method.ts";

export interface AskedRequest {
  readonly method: Method;
  /** The matched route's, parameters in braces. */
  readonly path: string;
  readonly params: { readonly [name: string]: string };
  /** The query, with its question mark. */
  readonly search: string;
  readonly body?: unknown;
}

export const askedSchema: z.ZodType<AskedRequest> = z.object({
  method: z.enum(methods),
  path: z.string(),
  params: z.record(z.string(), z.string()),
  search: z.string(),
  body: z.unknown().optional(),
});

/** The names in a path's braces. */
export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name = ""]) => name);
}

/** The address that was asked for. */
export function addressOf({ path, params, search }: AskedRequest): string {
  return path.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? "")) + search;
}
