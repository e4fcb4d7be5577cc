/** Answers of the admin API as its schemas have them; a test parses each. */
import type {
  ChangeForm,
  ChangeList,
  ChangeSetAnswer,
  EnvironmentChanged,
  EnvironmentDiff,
  EnvironmentList,
  FlagChanged,
  FlagList,
  InvariantChanged,
  ParallelReport,
  Preview,
  ProjectForm,
  SdkKeyCreated,
  SegmentChanged,
  SegmentKeysChanged,
  StaleFlagList,
  TargetingChanged,
  TokenCreated,
  UserChanged,
  WebhookSecret,
  Whoami,
} from "@bannerol/protocol/schemas";

export const head = "3fa9c1d2".repeat(8);

const at = "2026-11-22T00:14:03.512Z";

export const targeting: TargetingChanged = {
  enabled: true,
  off: "off",
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { rollout: { weights: { on: 25_000, off: 75_000 } } },
  revision: 12,
  head,
};

export const disabled: TargetingChanged = { ...targeting, enabled: false };

const { head: _head, ...stored } = targeting;

export const flag: FlagChanged = {
  key: "new-checkout",
  type: "boolean",
  kind: "release",
  description: "One-page checkout",
  tags: ["checkout", "web"],
  owner: "payments",
  clientSide: false,
  variants: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
  seed: 1_812_433_253,
  environments: {
    development: { ...stored, enabled: false, fallthrough: { variant: "on" }, revision: 4 },
    production: stored,
  },
  revision: 4,
  head,
};

const { head: _flagHead, ...summary } = flag;

export const flagList: FlagList = {
  items: [
    {
      ...summary,
      environments: { development: { enabled: false, revision: 4 }, production: { enabled: true, revision: 12 } },
    },
  ],
};

export const staleFlags: StaleFlagList = {
  items: [
    {
      flag: "new-checkout",
      kind: "release",
      owner: "shop",
      expectedLifetimeDays: 40,
      reasons: ["rolled_out"],
      serves: "on",
      lastAskedAt: "2026-01-02T03:04:00.000Z",
    },
    { flag: "old-banner", kind: "ops", owner: "", expectedLifetimeDays: 730, reasons: ["not_asked"] },
  ],
};

export const environments: EnvironmentList = {
  items: [
    { key: "development", name: "Development", position: 0, protected: false, approvals: 0, revision: 1 },
    { key: "production", name: "Production", position: 1, protected: true, approvals: 0, revision: 3 },
  ],
};

export const segment: SegmentChanged = {
  key: "staff",
  name: "Staff",
  description: "Who works here",
  included: ["u1", "u2"],
  excluded: [],
  when: { attribute: "email", op: "endsWith", values: ["@example.com"] },
  revision: 7,
  head,
};

export const keysChanged: SegmentKeysChanged = { list: "included", count: 12_000, revision: 13, head };

export const change: ChangeForm = {
  revision: 12,
  at,
  actor: { type: "token", id: "9mWb2LsQe4Yd", name: "admin" },
  action: "rollout.update",
  flag: "new-checkout",
  environment: "production",
  before: stored,
  after: stored,
  items: [{ flag: "new-checkout", environment: "production", before: { ...stored, enabled: false }, after: stored }],
  comment: "Raise it",
  hash: head,
};

export const changes: ChangeList = { items: [change], revision: 12, head };

const madeToken = { token: "t9xQ2b7Lr0aZ", before: null, after: { id: "t9xQ2b7Lr0aZ", name: "ci", role: "viewer" } };
const madeUser = { user: "u4cH0pQvT7xK", before: null, after: { id: "u4cH0pQvT7xK", name: "Ada", role: "editor" } };

const { actor, hash } = change;

export const installationChanges: ChangeList = {
  items: [{ revision: 3, at, actor, action: "token.create", ...madeToken, items: [madeToken, madeUser], hash }],
  revision: 3,
  head,
};

/** What a change of many documents answers with. */
export const changed: ChangeSetAnswer = {
  revision: 15,
  head,
  items: [
    { flag: "new-checkout", environment: "production", before: stored, after: { ...stored, enabled: false } },
    { segment: "beta", before: null, after: { key: "beta" } },
    { segment: "old", before: { key: "old" }, after: null },
  ],
};

export const project: ProjectForm = { key: "mobile", name: "Mobile apps", revision: 1, head };

export const environment: EnvironmentChanged = {
  key: "preview",
  name: "preview",
  position: 3,
  protected: false,
  approvals: 0,
  revision: 16,
  head,
};

export const sdkKey: SdkKeyCreated = {
  id: "4cH0pQvT7xKz",
  kind: "server",
  project: "default",
  environment: "production",
  name: "checkout-service",
  createdAt: at,
  revision: 13,
  head,
  key: "bnr_server_4cH0pQvT7xKz_0123456789abcdefghijklmnopqrstuv_000000",
};

export const token: TokenCreated = {
  id: "9mWb2LsQe4Yd",
  name: "deploy-pipeline",
  role: "releaser",
  project: "default",
  environment: "production",
  createdAt: at,
  revision: 14,
  head,
  token: "bnr_token_9mWb2LsQe4Yd_0123456789abcdefghijklmnopqrstuv_000000",
};

export const user: UserChanged = {
  id: "k3x9m2qa",
  name: "Ada",
  email: "ada@example.com",
  role: "releaser",
  project: "default",
  createdAt: at,
  revision: 15,
  head,
};

export const whoami: Whoami = {
  type: "user",
  id: "k3x9m2qa",
  name: "Ada",
  role: "releaser",
  token: "9mWb2LsQe4Yd",
  project: "default",
  expiresAt: "2027-01-31T12:00:00.000Z",
};

export const webhook: WebhookSecret = {
  id: "7hTq0RzVb2Ck",
  name: "chat",
  url: "https://hooks.example.com/flags",
  project: "default",
  events: ["flag.*"],
  enabled: true,
  createdAt: at,
  deliveries: [
    {
      project: "default",
      revision: 12,
      failures: 2,
      failingSince: at,
      dueAt: "2026-11-22T00:15:00.000Z",
      lastAt: "2026-11-22T00:14:30.000Z",
      lastOutcome: "HTTP 500",
    },
  ],
  revision: 16,
  head,
  secret: "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=",
};

export const preview: Preview = {
  revision: 12,
  moves: [{ from: "off", to: "on", share: 0.15 }],
  contexts: {
    source: "synthetic",
    count: 1_000,
    changed: 148,
    moves: [{ from: "off", to: "on", count: 148 }],
    examples: [],
  },
  affects: ["express-checkout"],
  warnings: [{ code: "reaches_others", message: "Flags that depend on this one may serve otherwise too." }],
};

export const parallel: ParallelReport = {
  flag: "new-checkout",
  environment: "production",
  items: [
    {
      revision: 12,
      lastAt: "2026-01-31T12:00:00.000Z",
      runs: 10_000,
      matches: 9_970,
      mismatches: 18,
      timeouts: 2,
      skipped: 40,
      errors: { control: 0, candidate: 3 },
      signatures: [{ name: "/total: number ≠ number", count: 18 }],
      ignored: [{ name: "rounding", count: 7 }],
      samples: ["/total: number ≠ number"],
      control: { p50: 12.4, p95: 40.1, p99: 88 },
      candidate: { p50: 9.87, p95: 35, p99: 71.3 },
    },
  ],
};

export const diff: EnvironmentDiff = {
  revision: 12,
  from: "staging",
  environment: "production",
  items: [{ flag: "new-checkout", fields: [{ field: "enabled", from: true, here: false }] }],
};

export const invariant: InvariantChanged = {
  key: "free-stays-free",
  environment: "production",
  flag: "new-checkout",
  context: { targetingKey: "u1", plan: "free" },
  serves: ["off"],
  holds: false,
  sampled: false,
  breach: 'new-checkout serves on instead of off, with {"targetingKey":"u1","plan":"free"}',
  revision: 15,
  head,
};
