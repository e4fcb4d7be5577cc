/** An admin API that says yes to every command. */
import type { ChangeSetAnswer } from "@bannerol/protocol/schemas";
import { afterAll, beforeAll, beforeEach } from "vitest";
import * as documents from "./documents.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server.ts";
import { type Ran, runCli, type World } from "./test-io.ts";

export const production = "/projects/default/environments/production";
export const checkout = "/projects/default/flags/new-checkout";
export const place = `${checkout}/environments/production`;
export const tagged = (body: unknown) => ({ body, headers: { ETag: '"12"' } });
export const evaluation = { flag: "new-checkout", value: true, variant: "on", reason: "SPLIT", revision: 12 };
export const explanation = {
  ...evaluation,
  steps: [
    { step: "enabled", enabled: true, decided: false },
    { step: "targets", key: "u1", decided: false },
    {
      step: "rule",
      ruleId: "staff",
      name: "Staff first",
      matched: false,
      decided: false,
      when: {
        kind: "any",
        holds: false,
        parts: [
          { kind: "segment", segment: "staff", holds: false },
          {
            kind: "test",
            attribute: "email",
            op: "endsWith",
            values: ["@example.com"],
            ignoreCase: true,
            holds: false,
          },
        ],
      },
    },
    {
      step: "fallthrough",
      decided: true,
      serve: {
        rollout: { bucketBy: "targetingKey", seed: 1, key: "u1", bucket: 4711, range: [0, 25_000], variant: "on" },
      },
    },
  ],
  flags: [],
  segments: [{ segment: "staff", member: false, by: "targetingKey", key: "u1", decidedBy: "nothing" }],
};

/** The answer to a change of many, or to its dry run. */
function tried(body: unknown): ChangeSetAnswer {
  const isTried = typeof body === "object" && body !== null && "dryRun" in body;
  return isTried ? { ...documents.changed, revision: 14, dryRun: true } : documents.changed;
}

const unprotected = { items: documents.environments.items.map((item) => ({ ...item, protected: false })) };
export const everything: Script = {
  "GET /projects": { body: { items: [{ key: "default", name: "Default", revision: 12, head: documents.head }] } },
  "POST /projects/default/flags": { status: 201, body: documents.flag },
  "GET /projects/default/flags": { body: documents.flagList },
  "GET /projects/default/stale-flags": { body: documents.staleFlags },
  [`GET ${checkout}`]: tagged(documents.flag),
  [`PATCH ${checkout}`]: { body: documents.flag },
  [`POST ${checkout}/archive`]: { body: documents.flag },
  [`POST ${checkout}/restore`]: { body: documents.flag },
  [`GET ${place}`]: tagged(documents.targeting),
  [`POST ${place}/enable`]: { body: documents.targeting },
  [`POST ${place}/disable`]: { body: documents.disabled },
  [`POST ${place}/kill`]: { body: documents.disabled },
  [`PUT ${place}/rollout`]: tagged(documents.targeting),
  [`POST ${place}/preview`]: { body: documents.preview },
  [`GET ${place}/parallel`]: { body: documents.parallel },
  [`GET ${production}/diff`]: { body: { ...documents.diff, items: [] } },
  [`POST ${production}/promote`]: ({ body }) => tagged(tried(body)),
  "GET /projects/default/invariants": { body: { items: [documents.invariant] } },
  "POST /projects/default/invariants": { status: 201, body: documents.invariant },
  "GET /projects/default/invariants/free-stays-free": tagged(documents.invariant),
  "DELETE /projects/default/invariants/free-stays-free": { body: { revision: 16, head: documents.head } },
  "GET /projects/default/environments": { body: unprotected },
  [`GET ${production}`]: { body: { ...documents.environments.items[1], protected: false } },
  [`PATCH ${production}`]: { body: { ...documents.environment, key: "production" } },
  [`POST ${production}/evaluate`]: { body: { ...evaluation, explanation } },
  "GET /projects/default/changes": { body: documents.changes },
  "POST /projects/default/changes": ({ body }) => tagged(tried(body)),
  "GET /changes": { body: documents.installationChanges },
  "GET /changes/verify": { body: { ok: true, head: documents.head, checked: 3 } },
  "GET /projects/default/changes/verify": { body: { ok: true, head: documents.head, checked: 12 } },
  "POST /projects/default/revert": ({ body }) => tagged(tried(body)),
  "POST /projects": { status: 201, body: documents.project },
  "POST /projects/default/environments": { status: 201, body: documents.environment },
  "GET /projects/default/segments": {
    body: {
      items: [{ key: "staff", name: "Staff", description: "", includedCount: 2, excludedCount: 0, revision: 7 }],
    },
  },
  "POST /projects/default/segments": { status: 201, body: documents.segment },
  "GET /projects/default/segments/staff": tagged(documents.segment),
  "GET /projects/default/segments/staff/keys": ({ path }) => ({
    body: path.includes("cursor")
      ? { items: ["u2"], count: 2, revision: 12 }
      : { items: ["u1"], nextCursor: "a2E", count: 2, revision: 12 },
  }),
  "POST /projects/default/segments/staff/keys": { body: documents.keysChanged },
  "PUT /projects/default/segments/staff/keys": { body: documents.keysChanged },
  "DELETE /projects/default/segments/staff": { body: { revision: 15, head: documents.head } },
  "POST /keys": { status: 201, body: documents.sdkKey },
  "GET /keys": { body: { items: [{ ...documents.sdkKey, lastUsedAt: "2026-02-01T09:41:00.000Z" }] } },
  "DELETE /keys/4cH0pQvT7xKz": { body: documents.sdkKey },
  "POST /tokens": { status: 201, body: documents.token },
  "GET /tokens": { body: { items: [documents.token] } },
  "DELETE /tokens/9mWb2LsQe4Yd": { body: documents.token },
  "POST /keys/4cH0pQvT7xKz/rotate": { status: 201, body: { ...documents.sdkKey, id: "8kLm3NpQr5St" } },
  "POST /tokens/9mWb2LsQe4Yd/rotate": { status: 201, body: { ...documents.token, id: "2vWx6YzAb9Cd" } },
  "GET /whoami": { body: documents.whoami },
  "POST /users": { status: 201, body: documents.user },
  "GET /users": { body: { items: [documents.user] } },
  "GET /users/k3x9m2qa": tagged(documents.user),
  "PATCH /users/k3x9m2qa": { body: documents.user },
  "POST /webhooks": { status: 201, body: documents.webhook },
  "GET /webhooks": { body: { items: [documents.webhook] } },
  "GET /webhooks/7hTq0RzVb2Ck": tagged(documents.webhook),
  "PATCH /webhooks/7hTq0RzVb2Ck": { body: documents.webhook },
  "DELETE /webhooks/7hTq0RzVb2Ck": { body: { revision: 17, head: documents.head } },
  "POST /webhooks/7hTq0RzVb2Ck/test": { body: { delivered: true, status: 204, ms: 12, message: "HTTP 204" } },
  "POST /webhooks/7hTq0RzVb2Ck/replay": { body: documents.webhook },
  "POST /webhooks/7hTq0RzVb2Ck/rotate": { body: documents.webhook },
};

export interface Agreeable {
  /** Its script is `everything` before each test. */
  readonly server: ScriptedServer;
  /** Runs a command line against it, in production unless told otherwise. */
  cli(argv: readonly string[], world?: World): Promise<Ran>;
}

/** One for the tests of a file. */
export function agreeableServer(): Agreeable {
  let running: ScriptedServer | undefined;
  const server = (): ScriptedServer => {
    if (running === undefined) throw new Error("the server starts before the first test");
    return running;
  };
  beforeAll(async () => {
    running = await startScriptedServer();
  });
  afterAll(() => running?.close());
  beforeEach(() => {
    server().script = everything;
    server().seen.length = 0;
  });
  return {
    get server() {
      return server();
    },
    cli: (argv, world = {}) => {
      const here = { BANNEROL_URL: server().url, BANNEROL_TOKEN: "t".repeat(32), BANNEROL_ENV: "production" };
      return runCli(argv, { ...world, env: { ...here, ...world.env } });
    },
  };
}
