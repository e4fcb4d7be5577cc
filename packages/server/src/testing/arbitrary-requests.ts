/** Requests to every operation of the API's description: most as it asks for, many nearly so, some by nobody's rule. */
import fc from "fast-check";
import {
  asSchema,
  hostileWord,
  listOfSchemas,
  type Schema,
  type ValueFor,
  valuesOf,
  word,
} from "./arbitrary-values.ts";

export interface RandomRequest {
  /** As the description names it, `POST /api/v1/…/{p}`. */
  readonly operation: string;
  readonly method: string;
  /** Parameters filled in; `:keys` stands for the id of a key in an answer before, and so on. */
  readonly path: string;
  readonly who: "admin" | "viewer" | "elsewhere" | "server key" | "client key" | "nobody" | "garbage";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** One arbitrary for each operation. */
export function requestsOf(document: object): ReadonlyMap<string, fc.Arbitrary<RandomRequest>> {
  const { paths, components } = asSchema(document);
  const schemas = new Map(Object.entries(asSchema(asSchema(components).schemas)).map(([n, s]) => [n, asSchema(s)]));
  const valueFor = valuesOf(schemas);
  const operations = Object.entries(asSchema(paths)).flatMap(([path, methods]) =>
    Object.entries(asSchema(methods)).map(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      return [name, requestOf(name, asSchema(operation), valueFor)] as const;
    }),
  );
  return new Map(operations);
}

function requestOf(operation: string, described: Schema, valueFor: ValueFor): fc.Arbitrary<RandomRequest> {
  const [usual = "GET", path = "/"] = operation.split(" ");
  const other = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  const method = fc.oneof({ weight: 30, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
  const address = fc
    .tuple(pathOf(path), queryOf(listOfSchemas(described.parameters), valueFor))
    .map(([filled, query]) => filled + query);
  return fc.record({
    operation: fc.constant(operation),
    method,
    path: address,
    who: whoFor(described),
    headers: headersFor(described),
    body: bodyOf(asSchema(described.requestBody), valueFor),
  });
}

const strangeSteps: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: word.map(encoded) },
  { weight: 1, arbitrary: hostileWord.map(encoded) },
  { weight: 1, arbitrary: fc.constantFrom("..", "%2e%2e", "%2F", "%00", "%ff", "..;", "a%2Fb", "*", "%", ":tokens") },
);

/** What is there from the beginning; changes wait in `staging` alone. */
const knownSteps: ReadonlyMap<string, readonly string[]> = new Map([
  ["projects", ["default"]],
  ["environments", ["production", "production", "staging"]],
  ["flags", ["new-checkout", "new-checkout", "banner"]],
  ["route", ["new-checkout"]],
  ["segments", ["staff"]],
  ["invariants", ["stays"]],
]);

function pathOf(path: string): fc.Arbitrary<string> {
  const parts = path.split("/").map((part, at, all) => {
    if (!part.startsWith("{")) return fc.constant(part);
    const nouns = all.slice(0, at).filter((before) => /^[a-z-]+$/.test(before));
    const noun = nouns.at(-1) ?? "";
    const known = noun === "environments" && all.includes("approvals") ? ["staging"] : (knownSteps.get(noun) ?? []);
    const made = { weight: known.length === 0 ? 30 : 2, arbitrary: fc.constant(`:${noun}`) };
    const there = known.length === 0 ? [] : [{ weight: 28, arbitrary: fc.constantFrom(...known) }];
    return fc.oneof(...there, made, { weight: 1, arbitrary: strangeSteps });
  });
  return fc.tuple(...parts).map((filled) => filled.join("/"));
}

/** Lone surrogates have no encoding. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function queryOf(parameters: readonly Schema[], valueFor: ValueFor): fc.Arbitrary<string> {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const named = fc.tuple(
    ...inQuery.map(({ name, required, schema }) =>
      fc.option(
        valueFor(asSchema(schema), String(name)).map((value) => [String(name), String(value)] as const),
        { nil: undefined, freq: required === true ? 20 : 1 },
      ),
    ),
  );
  const strange = fc.array(fc.tuple(fc.oneof(word, hostileWord), hostileWord), { maxLength: 2 });
  const added = fc.oneof({ weight: 15, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: strange });
  return fc.tuple(named, added).map(([known, more]) => {
    const pairs = [...known.filter((pair) => pair !== undefined), ...more];
    return pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.map(encoded).join("=")).join("&")}`;
  });
}

function whoFor({ security }: Schema): fc.Arbitrary<RandomRequest["who"]> {
  const [scheme] = listOfSchemas(security);
  const right = scheme !== undefined && "key" in scheme ? "server key" : "admin";
  const all = ["admin", "viewer", "elsewhere", "server key", "client key", "nobody", "garbage"] as const;
  return fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(...all) });
}

const strangeHeaders: Readonly<Record<string, readonly string[]>> = {
  "idempotency-key": ["one", "two", "", "x".repeat(256), "café", '"a"'],
  "if-match": ["*", '"1"', 'W/"2"', "1", '"', '"99999999999999999999"', "a, b"],
  "if-none-match": ["*", '"epoch1-1"', "x"],
  "x-request-id": ["abc", "a b", "<b>", "x".repeat(500)],
  origin: ["https://shop.example.com", "null"],
  accept: ["text/event-stream", "text/html", "*/*"],
  "accept-encoding": ["gzip", "br;q=1, gzip;q=0", "*"],
  "content-type": ["application/json; charset=utf-16", "text/plain", "application/x+json", ""],
  "content-encoding": ["gzip", "identity", "zstd"],
  "content-length": ["0", "1", "99999999999", "-1", "x"],
  "last-event-id": ["epoch1-1", "-", "9".repeat(99)],
  "x-forwarded-for": ["127.0.0.1", "::ffff:127.0.0.1, x"],
  "x-http-method-override": ["DELETE"],
  cookie: ["bannerol_id=; bannerol_id=x", "__Host-sid=1"],
};

/** That it takes what it is described to get; now and then a few that nobody asked for. */
function headersFor({ responses }: Schema): fc.Arbitrary<RandomRequest["headers"]> {
  const [accept = "application/json"] = Object.keys(asSchema(asSchema(asSchema(responses)[200]).content));
  const pairs = Object.entries(strangeHeaders).map(([name, values]) =>
    fc.tuple(fc.constant(name), fc.constantFrom(...values)),
  );
  const strange = fc.array(fc.oneof(...pairs), { minLength: 1, maxLength: 3 });
  return fc
    .oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: strange })
    .map((more) => ({ accept, ...Object.fromEntries(more) }));
}

const noJson = ["", "{", "nul", '"', "[1", "\ufeff{}", '{"key":"a","key":"b"}', `${"[".repeat(100)}`, "NaN", "\0"];

function bodyOf(described: Schema, valueFor: ValueFor): fc.Arbitrary<string | undefined> {
  const content = asSchema(described.content);
  const lines = fc.array(fc.oneof(word, hostileWord), { maxLength: 4 }).map((keys) => keys.join("\n"));
  const asked: fc.Arbitrary<string | undefined> =
    "application/json" in content
      ? valueFor(asSchema(asSchema(content["application/json"]).schema)).map((value) => JSON.stringify(value))
      : "text/plain" in content
        ? lines
        : fc.constant(undefined);
  const odd = fc.oneof(
    fc.constantFrom(...noJson),
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  );
  return fc.oneof({ weight: 12, arbitrary: asked }, { weight: 1, arbitrary: odd });
}
