/** Plain documents that tests change one field of. */
import type {
  EnvironmentDocument,
  FlagDocument,
  Item,
  KeyDocument,
  SegmentDocument,
  TargetingDocument,
} from "./documents.ts";

const environment: EnvironmentDocument = { key: "production", name: "Production", position: 0, protected: false };

const flag: FlagDocument = {
  key: "checkout",
  type: "boolean",
  kind: "release",
  description: "",
  tags: [],
  owner: "",
  clientSide: false,
  seed: 7,
  variants: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
};

const targeting: TargetingDocument = {
  enabled: true,
  off: "off",
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { variant: "on" },
};

const segment: SegmentDocument = {
  key: "staff",
  name: "Staff",
  description: "",
  included: [],
  excluded: [],
  when: null,
};

const key: KeyDocument = { id: "k1", kind: "server", environment: "production", name: "", createdAt: 1 };

/** One item of each kind, as it stands after a change. */
export const sample = {
  environment: (key: string, change: Partial<EnvironmentDocument> = {}): Item => ({
    kind: "environment",
    key,
    environment: "",
    after: { ...environment, key, ...change },
  }),
  flag: (key: string, change: Partial<FlagDocument> = {}): Item => ({
    kind: "flag",
    key,
    environment: "",
    after: { ...flag, key, ...change },
  }),
  targeting: (key: string, change: Partial<TargetingDocument> = {}, where = "production"): Item => ({
    kind: "targeting",
    key,
    environment: where,
    after: { ...targeting, ...change },
  }),
  segment: (key: string, change: Partial<SegmentDocument> = {}): Item => ({
    kind: "segment",
    key,
    environment: "",
    after: { ...segment, key, ...change },
  }),
  key: (id: string, change: Partial<KeyDocument> = {}): Item => ({
    kind: "key",
    key: id,
    environment: change.environment ?? key.environment,
    after: { ...key, id, ...change },
  }),
  project: (key: string): Item => ({ kind: "project", key, environment: "", after: { key, name: key } }),
};

/** The same document, removed. */
export function removed(item: Item): Item {
  return { ...item, after: null };
}
