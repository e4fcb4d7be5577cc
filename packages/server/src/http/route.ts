/**
 * The route table's rows. A row says who may use it, what it reads, what it answers and how; `mount.ts` serves it and
 * `openapi.ts` describes it, so the three cannot disagree.
 *
 *     permission ─► query ─► body ─► Idempotency-Key ─► handler ─► answer
 *     401 403 404    400   400 413 415 422   400 409 422
 */
import { z } from "zod";
import type { HeldClaim } from "../store/idempotency-store.ts";
import { Answered } from "./answered.ts";
import type { ApprovedRequest } from "./approved.ts";
import { type AskedRequest, parametersOf } from "./asked.ts";
import { discard } from "./discard.ts";
import { etagOf } from "./etag.ts";
import { requestName, takesIdempotencyKey } from "./idempotency/key.ts";
import { type OncePorts, once } from "./idempotency/once.ts";
import { MAX_BODY_BYTES, readJsonBody } from "./json.ts";
import type { Method } from "./method.ts";
import { type Mark, onNewest } from "./on-newest.ts";
import {
  type Doors,
  type Knock,
  type Peer,
  type Permission,
  type PermissionName,
  permissionNames,
} from "./permission.ts";
import { readBody, readQuery } from "./read.ts";
import { RefusedError, refuse } from "./refusal.ts";

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** What a handler gets of its request: all of it read, checked and allowed. */
export interface RouteRequest<Path extends string, Scope, Query, Body> {
  readonly scope: Scope;
  readonly param: (name: NamesIn<Path>) => string;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  readonly requestId: string;
  /** Of a request with an `Idempotency-Key`: what it changes is changed under it. */
  readonly claim: HeldClaim | undefined;
  /** To keep, where what it asks for has to wait; absent where its body is read as it arrives. */
  readonly asked: AskedRequest | undefined;
  /** There where it has waited, and is asked again. */
  readonly approved: ApprovedRequest | undefined;
  readonly method: string;
  readonly peer: Peer;
  /** The body as it arrives, where the route reads it itself. */
  readonly stream: ReadableStream<Uint8Array> | null;
}

/** An answer before it is HTTP. `revision` is the document's, and becomes its `ETag`. */
export interface Answer<T = unknown> {
  readonly body: T;
  readonly status?: number;
  readonly revision?: number;
  /** The id of what has a secret, where the body shows it: the answer is given once, and never kept. */
  readonly shownOnce?: string;
  /** It was given before, to the same request. */
  readonly isReplay?: true;
}

/** For routes that read no body, and for those whose query holds nothing. */
export const noBody = z.undefined();
export const noQuery = z.strictObject({});

interface Described {
  readonly method: Method;
  /** From the root, parameters in braces. */
  readonly path: string;
  /** It answers every method, and whatever stands behind its path: proxies ask with requests that were sent to them. */
  readonly everyMethod?: true;
  /** What it does, in one line of the reference. */
  readonly summary: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  /** How the reference shows the body, where parts of it are read later, against the state, for better messages. */
  readonly bodyShown?: z.ZodType;
  /** What the handler reads from `stream`, which is text, for the reference; `body` is `noBody` then. */
  readonly streamed?: string;
  /** A body that is not there counts as `{}`. */
  readonly bodyOptional?: boolean;
  /** Bytes; 1 MiB unless named. */
  readonly bodyLimit?: number;
  /** It may be compressed by gzip; the limit counts what comes of it. */
  readonly bodyZipped?: boolean;
  readonly reply: z.ZodType;
  /** A POST that changes no document: sent twice it is done twice, and no answer of it is kept. */
  readonly unkept?: true;
  /** Of its answer; 200 unless named. */
  readonly status?: number;
  /** Of its answer; JSON unless named, `null` where it has no body. */
  readonly contentType?: string | null;
  /** Other answers that are no problem, by status: in the form of `reply`, but for a 304, which has no body. */
  readonly otherAnswers?: { readonly [status: number]: string };
}

export interface RouteSpec<
  Path extends string,
  Scope,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> extends Described {
  readonly path: Path;
  readonly permission: Permission<Scope>;
  readonly query: Query;
  readonly body: Body;
  readonly reply: Reply;
  /** A `Response` is passed on as it is: for bodies that are kept as bytes. */
  readonly handler: (
    request: RouteRequest<Path, Scope, z.output<Query>, z.output<Body>>,
  ) => Promise<Answer<z.input<Reply>> | Response>;
}

/** A request as the router hands it over. */
export interface Arrival extends Knock {
  readonly request: Request;
  readonly requestId: string;
}

/** Who asks again for what has waited. */
export interface Again {
  readonly approved: ApprovedRequest;
  readonly requestId: string;
  readonly claim: HeldClaim | undefined;
}

/** What a row needs beside its request. */
export interface RoutePorts {
  readonly doors: Doors;
  readonly once: OncePorts;
  readonly mark: Mark;
}

/** A row whose types were checked where it was defined. */
export interface Route extends Described {
  readonly permission: PermissionName;
  readonly run: (arrival: Arrival, ports: RoutePorts) => Promise<Response>;
  /** Carries out what has waited, as whom the doors say. Throws as the request itself would. */
  readonly again: (asked: AskedRequest, again: Again, doors: Doors) => Promise<void>;
}

/** Makes a row. Throws where it has no permission, which only a lie to the compiler can bring about. */
export function defineRoute<
  Path extends string,
  Scope,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(spec: RouteSpec<Path, Scope, Query, Body, Reply>): Route {
  const { permission, handler, ...described } = spec;
  if (!permissionNames.has(permission?.name)) {
    throw new TypeError(`The route ${spec.method} ${spec.path} declares no permission. Give it one.`);
  }
  return {
    ...described,
    permission: permission.name,
    async run(arrival, ports) {
      // What SDKs need waits for no database.
      const mark = isOfSdks(permission.name) ? markNothing : ports.mark;
      const scope = await onNewest(mark, async () => {
        const admission = await permission.admit(arrival, ports.doors);
        if (!admission.ok) throw new RefusedError(admission.refusal);
        return admission.scope;
      });
      const { request, requestId, peer } = arrival;
      // What stands behind the address of a proxied request is its own.
      const query = spec.everyMethod === true ? spec.query.parse({}) : readQuery(spec.query, request.url);
      const raw = await rawBody(spec, request);
      const body = readBody(spec.body, raw);
      const param = (name: NamesIn<Path>) => arrival.param(name);
      const streams = described.streamed !== undefined;
      const handle = (claim?: HeldClaim) =>
        answeredOr(
          handler({
            scope,
            param,
            query,
            body,
            headers: request.headers,
            requestId,
            claim,
            asked: streams ? undefined : askedOf(spec, arrival, raw),
            approved: undefined,
            method: request.method,
            peer,
            // Only where it is read: asking for it makes a request of the framework's whole.
            stream: streams ? request.body : null,
          }),
        );
      // A body that is read as it arrives cannot be read again. What a refusal left of it holds up no answer.
      const carryOut = (claim?: HeldClaim) =>
        streams ? handle(claim).finally(() => void discard(request.body)) : onNewest(mark, () => handle(claim));
      const name = takesIdempotencyKey({ ...described, permission: permission.name })
        ? requestName(request, scope, raw)
        : undefined;
      const answer =
        name === undefined
          ? await carryOut()
          : await once(ports.once, name, async (claim) => keepable(await carryOut(claim), spec));
      return answer instanceof Response ? answer : respond(answer, spec.status);
    },
    async again(asked, { approved, requestId, claim }, doors) {
      const param = (name: string) => paramOf(asked, name);
      const headers = new Headers();
      const peer = { cut: () => undefined };
      const admission = await permission.admit({ headers, param, peer, admitted: () => undefined }, doors);
      if (!admission.ok) throw new RefusedError(admission.refusal);
      const query = readQuery(spec.query, `http://again${asked.search}`);
      const body = readBody(spec.body, asked.body);
      const { scope } = admission;
      const { method } = asked;
      const context = { headers, requestId, claim, asked, approved, method, peer };
      await handler({ scope, param, query, body, ...context, stream: null });
    },
  };
}

function isOfSdks(permission: PermissionName): boolean {
  return permission.startsWith("sdk");
}

const markNothing: Mark = () => async () => false;

async function answeredOr<T>(handled: Promise<T>): Promise<T | Answer> {
  return handled.catch((error: unknown) => {
    if (error instanceof Answered) return error.answer;
    throw error;
  });
}

function askedOf({ method, path }: Described, { request, param }: Arrival, body: unknown): AskedRequest {
  const params = Object.fromEntries(parametersOf(path).map((name) => [name, param(name)]));
  return { method, path, params, search: new URL(request.url).search, ...(body === undefined ? {} : { body }) };
}

function paramOf({ path, params }: AskedRequest, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`The request of the route ${path} was kept without its parameter ${name}.`);
  return value;
}

function keepable(answer: Answer | Response, { method, path }: Described): Answer {
  if (!(answer instanceof Response)) return answer;
  throw new TypeError(`${method} ${path} answers with bytes, which cannot be kept. Let it answer with a body.`);
}

async function rawBody(
  { body, bodyOptional, method, path, ...described }: Described,
  request: Request,
): Promise<unknown> {
  if (body === noBody) return undefined;
  const { bodyLimit: limit = MAX_BODY_BYTES, bodyZipped: zipped = false } = described;
  const raw = await readJsonBody(request, { limit, zipped });
  if (raw === undefined && bodyOptional === true) return {};
  if (raw === undefined) refuse("malformed_request", `${method} ${path} needs a body. Send JSON.`);
  return raw;
}

function respond({ body, status, revision, isReplay }: Answer, usual = 200): Response {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (revision !== undefined) headers.set("etag", etagOf(revision));
  if (isReplay === true) headers.set("idempotency-replayed", "true");
  return new Response(JSON.stringify(body), { status: status ?? usual, headers });
}
