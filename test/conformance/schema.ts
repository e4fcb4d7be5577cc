/** What a file of vectors looks like. `vectors/schema.json` is made of this. */
import { z } from "zod";

const json = z.unknown();
const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const uint32 = z.int().min(0).max(0xffff_ffff);
const share = z.int().min(0).max(100_000);
const allocation = z.array(z.tuple([share, z.string().nullable()]));
const weights = z.record(z.string(), share);
const documents = z.strictObject({ flags: z.record(z.string(), json), segments: z.record(z.string(), json) });
const name = z.string().min(1);
const fingerprint = z.string().regex(/^[0-9a-f]{16}$/);

const bucket = z.strictObject({ key: z.string(), seed: uint32, hash: uint32, bucket: z.int().min(0).max(99_999) });

const condition = z.strictObject({
  name,
  when: json,
  understood: z.boolean(),
  cases: z.array(z.strictObject({ context: json, now: z.number(), holds: z.boolean() })).min(1),
});

const result = z.strictObject({
  value: json,
  variant: z.string().optional(),
  reason: z.enum(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "PREREQUISITE_FAILED", "ERROR"]),
  ruleId: z.string().optional(),
  errorCode: z.enum(["FLAG_NOT_FOUND", "PARSE_ERROR", "TYPE_MISMATCH", "GENERAL"]).optional(),
});

const decision = z.strictObject({
  name,
  ruleset: documents,
  lists: z.record(z.string(), z.array(z.string())).optional(),
  evaluations: z
    .array(z.strictObject({ flag: z.string(), context: json, default: json, now: z.number(), expect: result }))
    .min(1),
});

const allocating = {
  name,
  previous: allocation.nullable(),
  weights,
  order: z.array(z.string()),
  earlier: z.array(z.strictObject({ allocation })).optional(),
};
const layout = z.strictObject({ ...allocating, allocation });
const law = z.strictObject({ ...allocating, shares: weights, leftOut: share, moved: share });

const patch = z.strictObject({
  name,
  before: documents,
  delta: documents,
  after: documents,
  checksum: uint32,
});

const hashedKey = z.strictObject({ secret: hex.length(32), key: z.string(), fingerprint });

const listed = { version: z.int().min(0), secret: hex.length(32) };
const list = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("list"), name, ...listed, bytes: hex, fingerprints: z.array(fingerprint) }),
  z.strictObject({
    kind: z.literal("delta"),
    name,
    ...listed,
    from: z.int().min(0),
    before: hex,
    bytes: hex,
    after: z.array(fingerprint),
  }),
  z.strictObject({ kind: z.literal("refused"), name, bytes: hex }),
]);

const file = <K extends string, T extends z.ZodType>(kind: K, vector: T) =>
  z.strictObject({ format: z.literal(1), suite: name, kind: z.literal(kind), vectors: z.array(vector).min(1) });

export const vectorFile = z.discriminatedUnion("kind", [
  file("buckets", bucket),
  file("conditions", condition),
  file("decisions", decision),
  file("allocations", layout),
  file("allocation-laws", law),
  file("patches", patch),
  file("fingerprints", hashedKey),
  file("lists", list),
]);

export type VectorFile = z.output<typeof vectorFile>;

/** The vectors of one kind. */
export type VectorsOf<K extends VectorFile["kind"]> = Extract<VectorFile, { readonly kind: K }>["vectors"];

export const schemaDocument = (): object => z.toJSONSchema(vectorFile);
