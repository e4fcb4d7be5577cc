/** Plain documents that tests change one field of. */
import type {
  EnvironmentDocument,
  FlagDocument,
  Item,
  KeyDocument,
  SegmentDocument,
  TargetingDocument,
} from "./documents.ts";
import type { ReleaseDocument, ScheduleDocument } from "./release-document.ts";

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

const release: ReleaseDocument = {
  id: "abcdefgh",
  state: "running",
  serves: { on: 1 },
  steps: [
    { percentage: 5, holdMs: 60_000 },
    { percentage: 100, holdMs: 0 },
  ],
  guards: [],
  onBreach: "rollback",
  onInconclusive: "pause",
  step: 0,
  since: 1,
  heldMs: 0,
  approved: 0,
  before: { enabled: true, fallthrough: { variant: "off" } },
};

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
  schedule: (flag: string, id: string, change: Partial<ScheduleDocument> = {}): Item => ({
    kind: "schedule",
    key: `${flag}/${id}`,
    environment: "production",
    after: { id, flag, environment: "production", at: 1, by: "ada", kill: true, ...change },
  }),
  release: (flag: string, change: Partial<ReleaseDocument> = {}, where = "production"): Item => ({
    kind: "release",
    key: flag,
    environment: where,
    after: { ...release, ...change },
  }),
  project: (key: string): Item => ({ kind: "project", key, environment: "", after: { key, name: key } }),
};

/** The same document, removed. */
export function removed(item: Item): Item {
  return { ...item, after: null };
}
