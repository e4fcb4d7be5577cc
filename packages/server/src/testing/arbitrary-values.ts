/** JSON values as a schema of the API's description asks for, nearly always; each part may be hostile instead. */
import fc from "fast-check";

export type Schema = { readonly [keyword: string]: unknown };

/** Words that stand in the documents of the test, so that a value often names something that is there. */
const names = ["default", "production", "staging", "new-checkout", "banner", "staff", "on", "off", "u1", "red"];

/** What a field names goes by its own name. */
const namedBy: ReadonlyMap<string, readonly string[]> = new Map([
  ["project", ["default"]],
  ["environment", ["production", "staging"]],
  ["from", ["production", "staging", "development"]],
  ["flag", ["new-checkout", "banner"]],
  ["segment", ["staff"]],
  ["variant", ["on", "off"]],
  ["off", ["off"]],
  // What is made is new, at least once.
  ["key", ["one", "two", "three", "four"]],
]);

/** What breaks programs that were not written for it. */
const hostileTexts = [
  "",
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "a\r\nset-cookie: x=y",
  "\0",
  "\ud800",
  "\u202egnp",
  "'; drop table change; --",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "9".repeat(400),
  "a".repeat(3_000),
  "2026-02-30T25:61:61Z",
  "(a+)+$",
];
const hostileNumbers = [-1, -0, 0.1, 1e-7, 4_294_967_296, 2 ** 53, 1e308, -1e308];
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts, ...hostileNumbers, null, true, [], {}, [[]], { "": null }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant(JSON.parse('{"__proto__": {"role": "admin"}, "constructor": {"prototype": {}}}')),
);

/** The server's clock stands between them. */
const instants = [
  "2026-03-01T09:00:00Z",
  "2027-01-01T00:00:00+01:00",
  "2026-01-31T12:00:00Z",
  "2026-01-31T11:59:59.999+00:00",
  "2999-12-31T23:59:60Z",
  "0000-01-01T00:00:00Z",
];

/** An arbitrary of a schema; of a field's, where it has a name. */
export type ValueFor = (schema: Schema, name?: string) => fc.Arbitrary<unknown>;

type Ties = (name: string) => fc.Arbitrary<unknown>;

/** Of the `components` of a description: what makes an arbitrary of any schema that refers to them. */
export function valuesOf(components: ReadonlyMap<string, Schema>): ValueFor {
  const tied = fc.letrec<Record<string, unknown>>((tie) => {
    const own = valuesWith(tie);
    return Object.fromEntries([...components].map(([name, schema]) => [name, own.value(schema, name)]));
  });
  const outside = valuesWith((name) => tied[name] ?? fc.constant(null));
  return (schema, name) => (name === undefined ? outside.value(schema, "") : outside.field(name, schema, ""));
}

/** `within` is the component that a schema is a part of. */
function valuesWith(tie: Ties) {
  const valueFor = (schema: Schema, within: string): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 40, arbitrary: fitting(schema, within) }, { weight: 1, arbitrary: hostile });

  const fitting = (schema: Schema, within: string): fc.Arbitrary<unknown> => {
    const { example, ...drawn } = schema;
    if (example === undefined) return drawnFor(drawn, within);
    return fc.oneof({ weight: 3, arbitrary: drawnFor(drawn, within) }, { weight: 1, arbitrary: fc.constant(example) });
  };

  const drawnFor = (schema: Schema, within: string): fc.Arbitrary<unknown> => {
    const { $ref, anyOf, oneOf, enum: words, type } = schema;
    if (typeof $ref === "string") return tie($ref.slice($ref.lastIndexOf("/") + 1));
    if ("const" in schema) return fc.constant(schema.const);
    if (Array.isArray(words)) return fc.constantFrom<unknown>(...words);
    const ways = listOfSchemas(anyOf ?? oneOf);
    if (ways.length > 0) return oneOfWays(ways, within);
    if (type === "object") return objectOf(schema, within);
    if (type === "array") return arrayOf(schema, within);
    return scalarOf(schema);
  };

  /** A way that leads back to where it stands comes last: beyond the depth the first is taken. */
  const oneOfWays = (ways: readonly Schema[], within: string): fc.Arbitrary<unknown> => {
    const leadsBack = (way: Schema) => JSON.stringify(way).includes(`/${within}"`);
    const sorted = [...ways.filter((way) => !leadsBack(way)), ...ways.filter(leadsBack)];
    const arbitraries = sorted.map((way) => valueFor(way, within));
    return fc.oneof({ maxDepth: 3, depthIdentifier: within }, ...arbitraries);
  };

  const objectOf = (schema: Schema, within: string): fc.Arbitrary<unknown> => {
    const fields = Object.entries(asSchema(schema.properties));
    const needed: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const requiredKeys = fields.map(([name]) => name).filter((name) => needed.includes(name));
    const model = Object.fromEntries(fields.map(([name, part]) => [name, fieldOf(name, asSchema(part), within)]));
    const required = Object.fromEntries(requiredKeys.map((name) => [name, model[name] ?? fc.constant(null)]));
    // The more of its fields a document has, the more can be wrong with it.
    const own = fc.oneof(
      fc.record(required, { noNullPrototype: true }),
      fc.record(model, { requiredKeys, noNullPrototype: true }),
    );
    const { additionalProperties: others } = schema;
    if (others === false || others === undefined) return own;
    const more = fc.dictionary(text, valueFor(asSchema(others), within), { maxKeys: 3, noNullPrototype: true });
    return fc.tuple(own, more).map(([a, b]) => ({ ...b, ...a }));
  };

  const fieldOf = (name: string, schema: Schema, within: string): fc.Arbitrary<unknown> => {
    const words = namedBy.get(name);
    const isName = schema.type === "string" || String(schema.$ref).endsWith("/Key");
    if (words === undefined || !isName || schema.format !== undefined) return valueFor(schema, within);
    return fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: valueFor(schema, within) },
    );
  };

  const arrayOf = (schema: Schema, within: string): fc.Arbitrary<unknown> => {
    const parts = listOfSchemas(schema.prefixItems);
    if (parts.length > 0) return fc.tuple(...parts.map((part) => valueFor(part, within)));
    const { minItems } = schema;
    const minLength = typeof minItems === "number" ? minItems : 0;
    return fc.array(valueFor(asSchema(schema.items), within), {
      minLength,
      maxLength: minLength + 2,
      depthIdentifier: within,
    });
  };

  return { value: valueFor, field: fieldOf };
}

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...names) },
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

function scalarOf({ type, format, pattern, minimum, maximum }: Schema): fc.Arbitrary<unknown> {
  const min = typeof minimum === "number" ? minimum : 0;
  const max = typeof maximum === "number" ? maximum : 100_000;
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "integer") {
    const small = fc.integer({ min, max: Math.min(max, min + 20) });
    return fc.oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: fc.constantFrom(min, max) });
  }
  if (type === "number") return fc.oneof(fc.constantFrom(min, max, 25, 12.5), fc.double({ min, max, noNaN: true }));
  if (type !== "string") return fc.oneof(text, fc.boolean(), fc.integer(), fc.jsonValue({ maxDepth: 2 }));
  if (format === "date-time") return fc.constantFrom(...instants);
  if (format === "uri") return fc.constantFrom("https://hooks.example.com/", "http://127.0.0.1/", "javascript:0", "x");
  if (format === "email") return fc.constantFrom("ada@example.com", "bob@example.com");
  if (typeof pattern !== "string") return text;
  return fc.oneof({ weight: 3, arbitrary: fc.stringMatching(new RegExp(pattern)) }, { weight: 1, arbitrary: text });
}

/** As a path or a header takes them: never of more than one line. */
export const hostileWord: fc.Arbitrary<string> = fc.constantFrom(...hostileTexts);
export const word = text;

export function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

export function listOfSchemas(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.map(asSchema) : [];
}
