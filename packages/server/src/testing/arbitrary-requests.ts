/** Requests to every operation of the API's description: most as it asks for, many nearly so, some by nobody's rule. */
import fc from "fast-check";
import { asSchema, hostileWord, listOfSchemas, type Schema, valuesOf, word } from "./arbitrary-values.ts";

export interface RandomRequest {
  /** As the description names it, `POST /api/v1/…/{p}`. */
  readonly operation: string;
  readonly method: string;
  /** Parameters filled in; `:seen` stands for an id of an answer before. */
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

function requestOf(
  operation: string,
  described: Schema,
  valueFor: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<RandomRequest> {
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
    headers: headersOf,
    body: bodyOf(asSchema(described.requestBody), valueFor),
  });
}

const steps: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: word.map(encoded) },
  { weight: 1, arbitrary: hostileWord.map(encoded) },
  { weight: 1, arbitrary: fc.constantFrom("..", "%2e%2e", "%2F", "%00", "%ff", "..;", "a%2Fb", "*", "%", ":seen") },
);
const usual: ReadonlyMap<string, string> = new Map([
  ["p", "default"],
  ["e", "production"],
  ["f", "checkout"],
  ["flag", "checkout"],
  ["s", "staff"],
  ["i", "stays"],
  ["id", ":seen"],
]);

function pathOf(path: string): fc.Arbitrary<string> {
  const parts = path.split("/").map((part) => {
    if (!part.startsWith("{")) return fc.constant(part);
    const known = usual.get(part.slice(1, -1)) ?? ":seen";
    return fc.oneof({ weight: 20, arbitrary: fc.constantFrom(known, known, ":seen") }, { weight: 1, arbitrary: steps });
  });
  return fc.tuple(...parts).map((filled) => filled.join("/"));
}

/** Lone surrogates have no encoding. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function queryOf(
  parameters: readonly Schema[],
  valueFor: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<string> {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const named = fc.tuple(
    ...inQuery.map(({ name, required, schema }) =>
      fc.option(
        valueFor(asSchema(schema)).map((value) => [String(name), String(value)] as const),
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

const headersOf: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        "idempotency-key": fc.constantFrom("one", "two", "", "x".repeat(256), "café", '"a"'),
        "if-match": fc.constantFrom("*", '"1"', 'W/"2"', "1", '"', '"99999999999999999999"', "a, b"),
        "if-none-match": fc.constantFrom("*", '"epoch1-1"', "x"),
        "x-request-id": fc.constantFrom("abc", "a b", "<b>", "x".repeat(500)),
        origin: fc.constantFrom("https://shop.example.com", "null"),
        accept: fc.constantFrom("text/event-stream", "text/html", "*/*"),
        "accept-encoding": fc.constantFrom("gzip", "br;q=1, gzip;q=0", "*"),
        "content-type": fc.constantFrom("application/json; charset=utf-16", "text/plain", "application/x+json", ""),
        "content-encoding": fc.constantFrom("gzip", "identity", "zstd"),
        "content-length": fc.constantFrom("0", "1", "99999999999", "-1", "x"),
        "last-event-id": fc.constantFrom("epoch1-1", "-", "9".repeat(99)),
        "x-forwarded-for": fc.constantFrom("127.0.0.1", "::ffff:127.0.0.1, x"),
        "x-http-method-override": fc.constant("DELETE"),
        cookie: fc.constantFrom("bannerol_id=; bannerol_id=x", "__Host-sid=1"),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
);

const noJson = ["", "{", "nul", '"', "[1", "\ufeff{}", '{"key":"a","key":"b"}', `${"[".repeat(100)}`, "NaN", "\0"];

function bodyOf(
  described: Schema,
  valueFor: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<string | undefined> {
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
