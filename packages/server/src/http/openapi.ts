/** The route table as OpenAPI 3.1, whose schemas are JSON Schema 2020-12, which zod writes itself. */
import { approvalAnswerSchema, problemSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { parametersOf } from "./asked.ts";
import { MAX_KEY_CHARACTERS, takesIdempotencyKey } from "./idempotency/key.ts";
import { noBody, type Route } from "./route.ts";

type Json = { readonly [name: string]: unknown };

/** Everything of the document but its `openapi` field. */
export function describeRoutes(routes: readonly Route[], version: string): Json {
  const components = new Map<string, unknown>();
  const paths = new Map<string, Map<string, Json>>();
  for (const route of routes) {
    const operations = paths.get(route.path) ?? new Map<string, Json>();
    operations.set(route.method.toLowerCase(), operationOf(route, components));
    paths.set(route.path, operations);
  }
  return {
    info: { title: "Bannerol", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths: Object.fromEntries([...paths].map(([path, operations]) => [path, Object.fromEntries(operations)])),
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token of the admin API, bnr_token_…" },
        key: { type: "http", scheme: "bearer", description: "An SDK key, bnr_server_… or bnr_client_…" },
      },
    },
  };
}

function operationOf(route: Route, components: Map<string, unknown>): Json {
  const problems = {
    description: "A problem",
    content: { "application/problem+json": { schema: schemaOf(problemSchema, "output", components) } },
  };
  return {
    summary: route.summary,
    tags: [tagOf(route.path)],
    "x-permission": route.permission,
    security: securityOf(route),
    parameters: [
      ...pathParameters(route.path),
      ...queryParameters(route.query, components),
      ...(takesIfMatch(route) ? [ifMatch] : []),
      ...(takesIdempotencyKey(route) ? [idempotencyKey] : []),
    ],
    ...(route.body === noBody && route.streamed === undefined ? {} : { requestBody: requestBodyOf(route, components) }),
    responses: {
      [route.status ?? 200]: responseOf(route, "Done", components),
      ...otherResponses(route, components),
      ...(mayWait(route) ? { 202: waitsResponse(components) } : {}),
      default: problems,
    },
  };
}

function responseOf({ contentType, reply }: Route, description: string, components: Map<string, unknown>): Json {
  if (contentType === null) return { description };
  const schema = schemaOf(reply, "output", components);
  return { description, content: { [contentType ?? "application/json"]: { schema } } };
}

function otherResponses(route: Route, components: Map<string, unknown>): Json {
  const others = Object.entries(route.otherAnswers ?? {});
  return Object.fromEntries(
    others.map(([status, description]) => [
      status,
      status === "304" ? { description } : responseOf(route, description, components),
    ]),
  );
}

/** Whether its change may have to be approved first: it alters what environments show, and is no kill. */
function mayWait({ method, path, permission }: Route): boolean {
  const changes = /^(project|within|environment):(edit|release|administer)$/.test(permission);
  return method !== "GET" && changes && !/\/(kill|approve|reject|withdraw)$/.test(path);
}

function waitsResponse(components: Map<string, unknown>): Json {
  const schema = schemaOf(approvalAnswerSchema, "output", components);
  return {
    description: "It alters a protected environment, and waits until others have approved it. Nothing was changed",
    content: { "application/json": { schema } },
  };
}

function requestBodyOf(route: Route, components: Map<string, unknown>): Json {
  const { body, bodyShown, bodyOptional = false, streamed } = route;
  if (streamed !== undefined) {
    return { required: true, description: streamed, content: { "text/plain": { schema: { type: "string" } } } };
  }
  return {
    required: !bodyOptional,
    content: { "application/json": { schema: schemaOf(bodyShown ?? body, "input", components) } },
  };
}

function securityOf({ permission }: Route): readonly Json[] {
  if (permission === "public") return [];
  return permission.startsWith("sdk") ? [{ key: [] }] : [{ token: [] }];
}

/** The last fixed word that names a noun: `flags` of `/api/v1/projects/{p}/flags/{f}`. */
function tagOf(path: string): string {
  const words = path.split("/").filter((word) => word !== "" && !word.startsWith("{"));
  return words.find((word) => !["api", "v1", "projects", "sdk"].includes(word)) ?? words.at(-1) ?? "service";
}

/** What stands behind a noun of a path. */
const parameterNames: ReadonlyMap<string, string> = new Map([
  ["projects", "The project's key"],
  ["environments", "The environment's key"],
  ["flags", "The flag's key"],
  ["route", "The flag's key"],
  ["segments", "The segment's key"],
  ["invariants", "The invariant's key"],
  ["freezes", "The freeze's key"],
  ["schedules", "The schedule's id"],
  ["approvals", "The approval's id"],
  ["keys", "The key's id"],
  ["tokens", "The token's id"],
  ["users", "The user's id"],
  ["webhooks", "The webhook's id"],
  ["lists", "The list's id, as the ruleset names it"],
]);

function pathParameters(path: string): readonly Json[] {
  return parametersOf(path).map((name) => ({
    name,
    in: "path",
    required: true,
    description: describedBy(path, name),
    schema: { type: "string" },
  }));
}

function describedBy(path: string, name: string): string {
  const [before = ""] = path.split(`{${name}}`);
  const nouns = before.split("/").filter((step) => parameterNames.has(step));
  return parameterNames.get(nouns.at(-1) ?? "") ?? name;
}

function queryParameters(query: z.ZodType, components: Map<string, unknown>): readonly Json[] {
  const schema = schemaOf(query, "input", components);
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isJson(schema.properties) ? schema.properties : {}).map(([name, property]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: property,
  }));
}

/** Whether it changes what is there already. What is made, and what decides on a change that waits, was not read before. */
function takesIfMatch({ method, path, permission, status }: Route): boolean {
  const changes = method !== "GET" && /:(edit|release|administer)$/.test(permission);
  const isMade = status === 201 && !path.endsWith("/release");
  return changes && !isMade && !/\/(approvals\/.*|test|replay)$/.test(path);
}

const ifMatch: Json = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "The ETag of what was read, or of the change before: 412 where somebody has changed it since",
  schema: { type: "string" },
};

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Sent again within 24 hours, the same request is not carried out again, and gets the first answer",
  schema: { type: "string", minLength: 1, maxLength: MAX_KEY_CHARACTERS },
};

/** A JSON Schema whose named parts stand under `components`. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Map<string, unknown>): Json {
  const { own, parts } = writtenOut(schema, io);
  for (const [name, part] of parts) components.set(name, part);
  return own;
}

interface WrittenOut {
  readonly own: Json;
  readonly parts: readonly (readonly [name: string, part: unknown])[];
}

/** Many routes share a schema, and writing one out takes a while. */
const written = { input: new WeakMap<z.ZodType, WrittenOut>(), output: new WeakMap<z.ZodType, WrittenOut>() };

function writtenOut(schema: z.ZodType, io: "input" | "output"): WrittenOut {
  const known = written[io].get(schema);
  if (known !== undefined) return known;
  const {
    $schema: _dialect,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, {
    io,
    // What has a shape of its own (any JSON value, a context) says so in its metadata.
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // Answers may grow fields; only a request is held to those that are known.
      if (io === "output") delete jsonSchema.additionalProperties;
    },
  });
  const linked = relinked(own);
  const parts = Object.entries($defs).map(([name, part]) => [name, relinked(part)] as const);
  const made = { own: isJson(linked) ? linked : {}, parts };
  written[io].set(schema, made);
  return made;
}

/** `#/$defs/Flag` becomes `#/components/schemas/Flag`. */
function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relinked);
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === "$ref" && typeof part === "string" ? part.replace("#/$defs/", "#/components/schemas/") : relinked(part),
    ]),
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
