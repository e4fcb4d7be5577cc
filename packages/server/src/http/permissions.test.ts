import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createHarness, FLAGS, field, type Harness, START } from "../testing/harness.ts";
import type { Permission } from "./permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "./route.ts";

/** Every route with what it asks for, by hand: a new one is not served before somebody wrote it here. */
const expected = [
  ["GET /livez", "public"],
  ["GET /readyz", "public"],
  ["GET /metrics", "public"],
  ["GET /openapi.json", "public"],
  ["GET /docs", "public"],
  ["GET /api/v1/projects", "anywhere:read"],
  ["POST /api/v1/projects", "installation:administer"],
  ["GET /api/v1/projects/{p}", "project:read"],
  ["GET /api/v1/projects/{p}/environments", "project:read"],
  ["POST /api/v1/projects/{p}/environments", "project:administer"],
  ["GET /api/v1/projects/{p}/environments/{e}", "environment:read"],
  ["PATCH /api/v1/projects/{p}/environments/{e}", "environment:administer"],
  ["GET /api/v1/projects/{p}/environments/{e}/approvals", "environment:read"],
  ["GET /api/v1/projects/{p}/environments/{e}/approvals/{id}", "environment:read"],
  ["POST /api/v1/projects/{p}/environments/{e}/approvals/{id}/approve", "environment:release"],
  ["POST /api/v1/projects/{p}/environments/{e}/approvals/{id}/reject", "environment:release"],
  ["POST /api/v1/projects/{p}/environments/{e}/approvals/{id}/withdraw", "environment:edit"],
  ["GET /api/v1/projects/{p}/environments/{e}/freezes", "environment:read"],
  ["POST /api/v1/projects/{p}/environments/{e}/freezes", "environment:administer"],
  ["DELETE /api/v1/projects/{p}/environments/{e}/freezes/{id}", "environment:administer"],
  ["GET /api/v1/projects/{p}/flags", "project:read"],
  ["POST /api/v1/projects/{p}/flags", "project:edit"],
  ["GET /api/v1/projects/{p}/stale-flags", "project:read"],
  ["GET /api/v1/projects/{p}/flags/{f}", "project:read"],
  ["PATCH /api/v1/projects/{p}/flags/{f}", "project:edit"],
  ["POST /api/v1/projects/{p}/flags/{f}/archive", "project:edit"],
  ["POST /api/v1/projects/{p}/flags/{f}/restore", "project:edit"],
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}", "environment:read"],
  ["PUT /api/v1/projects/{p}/flags/{f}/environments/{e}", "environment:edit"],
  ["PATCH /api/v1/projects/{p}/flags/{f}/environments/{e}", "environment:edit"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/enable", "environment:release"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/disable", "environment:release"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/kill", "environment:release"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/preview", "environment:read"],
  ["PUT /api/v1/projects/{p}/flags/{f}/environments/{e}/rollout", "environment:release"],
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}/parallel", "environment:read"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/release", "environment:release"],
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}/release", "environment:read"],
  ...(["pause", "resume", "approve", "advance", "abort", "rollback"] as const).map(
    (verb) => [`POST /api/v1/projects/{p}/flags/{f}/environments/{e}/release/${verb}`, "environment:release"] as const,
  ),
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}/release/verdicts", "environment:read"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/release/preview", "environment:read"],
  ["GET /api/v1/projects/{p}/environments/{e}/releases", "environment:read"],
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}/schedules", "environment:read"],
  ["POST /api/v1/projects/{p}/flags/{f}/environments/{e}/schedules", "environment:release"],
  ["GET /api/v1/projects/{p}/flags/{f}/environments/{e}/schedules/{s}", "environment:read"],
  ["DELETE /api/v1/projects/{p}/flags/{f}/environments/{e}/schedules/{s}", "environment:release"],
  ["GET /api/v1/projects/{p}/environments/{e}/diff", "environment:read"],
  ["POST /api/v1/projects/{p}/environments/{e}/promote", "environment:edit"],
  ["GET /api/v1/projects/{p}/invariants", "project:read"],
  ["POST /api/v1/projects/{p}/invariants", "project:edit"],
  ["GET /api/v1/projects/{p}/invariants/{i}", "project:read"],
  ["DELETE /api/v1/projects/{p}/invariants/{i}", "project:edit"],
  ["GET /api/v1/projects/{p}/segments", "project:read"],
  ["POST /api/v1/projects/{p}/segments", "project:edit"],
  ["GET /api/v1/projects/{p}/segments/{s}", "project:read"],
  ["PUT /api/v1/projects/{p}/segments/{s}", "project:edit"],
  ["PATCH /api/v1/projects/{p}/segments/{s}", "project:edit"],
  ["DELETE /api/v1/projects/{p}/segments/{s}", "project:edit"],
  ["GET /api/v1/projects/{p}/segments/{s}/keys", "project:read"],
  ["POST /api/v1/projects/{p}/segments/{s}/keys", "project:edit"],
  ["PUT /api/v1/projects/{p}/segments/{s}/keys", "project:edit"],
  ["GET /api/v1/projects/{p}/changes", "project:read"],
  ["POST /api/v1/projects/{p}/changes", "within:edit"],
  ["GET /api/v1/projects/{p}/changes/verify", "project:read"],
  ["GET /api/v1/changes", "installation:administer"],
  ["GET /api/v1/changes/verify", "installation:administer"],
  ["POST /api/v1/projects/{p}/revert", "within:edit"],
  ["GET /api/v1/projects/{p}/environments/{e}/ruleset", "environment:read"],
  ["POST /api/v1/projects/{p}/environments/{e}/evaluate", "environment:read"],
  ["GET /api/v1/projects/{p}/environments/{e}/connections", "environment:read"],
  ["GET /api/v1/projects/{p}/flags/{f}/usage", "project:read"],
  ["GET /api/v1/projects/{p}/environments/{e}/missing-flags", "environment:read"],
  ["GET /api/v1/keys", "anywhere:read"],
  ["POST /api/v1/keys", "anywhere:administer"],
  ["DELETE /api/v1/keys/{id}", "anywhere:administer"],
  ["POST /api/v1/keys/{id}/rotate", "anywhere:administer"],
  ["GET /api/v1/users", "anywhere:administer"],
  ["POST /api/v1/users", "anywhere:administer"],
  ["GET /api/v1/users/{id}", "anywhere:administer"],
  ["PATCH /api/v1/users/{id}", "anywhere:administer"],
  ["GET /api/v1/whoami", "anywhere:read"],
  ["GET /api/v1/tokens", "anywhere:administer"],
  ["POST /api/v1/tokens/{id}/rotate", "anywhere:administer"],
  ["POST /api/v1/tokens", "anywhere:administer"],
  ["DELETE /api/v1/tokens/{id}", "anywhere:administer"],
  ["GET /api/v1/webhooks", "anywhere:administer"],
  ["POST /api/v1/webhooks", "anywhere:administer"],
  ["GET /api/v1/webhooks/{id}", "anywhere:administer"],
  ["PATCH /api/v1/webhooks/{id}", "anywhere:administer"],
  ["DELETE /api/v1/webhooks/{id}", "anywhere:administer"],
  ["POST /api/v1/webhooks/{id}/test", "anywhere:administer"],
  ["POST /api/v1/webhooks/{id}/replay", "anywhere:administer"],
  ["POST /api/v1/webhooks/{id}/rotate", "anywhere:administer"],
  ["GET /sdk/v1/lists/{id}", "sdk:server"],
  ["GET /sdk/v1/ruleset", "sdk"],
  ["GET /sdk/v1/stream", "sdk"],
  ["POST /sdk/v1/ack", "sdk"],
  ["POST /sdk/v1/evaluate", "sdk"],
  ["POST /sdk/v1/events", "sdk"],
  ["GET /route/v1/{flag}", "sdk"],
] as const;

const mayDo: { readonly [role: string]: readonly string[] } = {
  viewer: ["read"],
  editor: ["read", "edit", "release"],
  releaser: ["read", "edit", "release"],
  admin: ["read", "edit", "release", "administer"],
};

const roles = ["viewer", "editor", "releaser", "admin"] as const;
const reaches = [
  {},
  { project: "default" },
  { project: "other" },
  { project: "default", environment: "production" },
  { project: "default", environment: "staging" },
  { project: "other", environment: "production" },
] as const;

/** Where a route is asked for: its own place, a sibling's, another project's, and one that is not there. */
const places = [
  { project: "default", environment: "production" },
  { project: "default", environment: "staging" },
  { project: "other", environment: "production" },
  { project: "nowhere", environment: "production" },
] as const;
type Place = (typeof places)[number];

interface Holder {
  readonly name: string;
  readonly credential: string | null;
  readonly role?: (typeof roles)[number];
  readonly reach?: (typeof reaches)[number];
  readonly class?: "server" | "client";
  /** The class of a key that opens nothing any more. */
  readonly spent?: "server" | "client" | "token";
  /** What it is refused for where it is not the token itself. */
  readonly refusedBy?: "role";
}

/** What the route table promises, spelt out once more, away from the code that keeps it. */
function expectedRefusal(permission: string, holder: Holder, place: Place): string | undefined {
  if (permission === "public") return undefined;
  if (permission === "sdk:server" && holder.class === "client") return "not_allowed";
  if (permission.startsWith("sdk")) return sdkRefusal(holder);
  if (holder.credential === null) return "token_missing";
  if (holder.class !== undefined || holder.spent === "server" || holder.spent === "client") return "wrong_credential";
  if (holder.refusedBy === "role") return "not_allowed";
  if (holder.role === undefined) return "token_invalid";
  const [level, right = ""] = permission.split(":");
  return mayDo[holder.role]?.includes(right) && reached(level, right, holder, place) ? undefined : "not_allowed";
}

function reached(level: string | undefined, right: string, { reach }: Holder, place: Place): boolean {
  const { project, environment }: { readonly project?: string; readonly environment?: string } = reach ?? {};
  if (level === "anywhere") return true;
  if (level === "installation") return project === undefined;
  if (project !== undefined && project !== place.project) return false;
  if (environment === undefined || level === "within") return true;
  return level === "environment" ? environment === place.environment : right === "read";
}

function sdkRefusal(holder: Holder): string | undefined {
  if (holder.class !== undefined) return undefined;
  return holder.role === undefined && holder.spent !== "token" ? "key_invalid" : "wrong_credential";
}

function addressIn(path: string, { project, environment }: Place): string {
  return path
    .replace("{p}", project)
    .replace("{e}", environment)
    .replaceAll(/\{\w+\}/g, "nothing");
}

/** Tokens and keys that were good once, or never: each is refused everywhere. */
async function spentHolders(api: Harness): Promise<readonly Holder[]> {
  const idOf = (credential: string) => credential.split("_")[2] ?? "";
  /** As another version, or somebody with the memory open, might have it: what is read from the log is looked at before. */
  const token = async (name: string, fields: object, refusedBy?: "role"): Promise<Holder> => {
    const credential = await api.makeToken("admin");
    const held = api.ledger.system().tokens.get(idOf(credential))?.document;
    if (held === undefined) throw new Error("The token was not made.");
    Object.assign(held, fields);
    return { name, credential, spent: "token", ...(refusedBy && { refusedBy }) };
  };
  const revoked = await api.makeToken("admin");
  await api.ask(`DELETE /api/v1/tokens/${idOf(revoked)}`);
  const person = await api.ask("POST /api/v1/users", { body: { name: "A", email: "a@example.com", role: "admin" } });
  const user = String(field(person.body, "id"));
  await api.ask(`PATCH /api/v1/users/${user}`, { body: { disabled: true } });
  const keys = (["server", "client"] as const).map(async (kind): Promise<Holder> => {
    const credential = await api.makeKey(kind, "production");
    await api.ask(`DELETE /api/v1/keys/${idOf(credential)}`);
    return { name: `a revoked ${kind} key`, credential, spent: kind };
  });
  return [
    { name: "a revoked token", credential: revoked, spent: "token" },
    await token("an expired token", { expiresAt: START - 1 }),
    await token("a token that expires now", { expiresAt: START }),
    await token("the token of one who is switched off", { user }),
    await token("the token of nobody who is known", { user: "nobody" }),
    await token("a token with a role that is not known", { role: "superuser" }, "role"),
    await token("a token with an empty role", { role: "" }, "role"),
    await token("a token with a role in other letters", { role: "Admin" }, "role"),
    await token("a token without a role", { role: undefined }, "role"),
    await token("a token with many roles", { role: ["admin"] }, "role"),
    ...(await Promise.all(keys)),
  ];
}

describe("the route table", () => {
  let api: Harness;
  let holders: readonly Holder[];
  /** Another one, whose tokens are damaged: nobody can be shown a list of them. */
  let damaged: Harness;
  let spent: readonly Holder[];

  beforeAll(async () => {
    api = await createHarness();
    damaged = await createHarness();
    await api.write("_system", [{ kind: "project", key: "other", environment: "", after: { key: "other", name: "" } }]);
    const production = { key: "production", name: "", position: 0, protected: false };
    await api.write("other", [{ kind: "environment", key: "production", environment: "", after: production }]);
    const tokens = roles.flatMap((role) =>
      reaches.map(async (reach) => {
        const credential = await api.makeToken(role, reach);
        return { name: `${role} of ${Object.values(reach).join("/") || "everything"}`, credential, role, reach };
      }),
    );
    holders = [
      { name: "a server key", credential: await api.makeKey("server", "production"), class: "server" },
      { name: "a client key", credential: await api.makeKey("client", "production"), class: "client" },
      {
        name: "a key of another project",
        credential: await api.makeKey("server", "production", "other"),
        class: "server",
      },
      ...(await Promise.all(tokens)),
    ];
    spent = [
      { name: "nobody", credential: null },
      { name: "somebody with a made-up token", credential: "let-me-in" },
      { name: "a token with a wrong check", credential: `${(await damaged.makeToken("admin")).slice(0, -1)}_` },
      ...(await spentHolders(damaged)),
    ];
  });

  it("holds the routes that it should, each with its permission", () => {
    const listed = api.routes.map(({ method, path, permission }) => [`${method} ${path}`, permission]);
    expect(listed.sort()).toEqual(expected.map((row) => [...row]).sort());
  });

  const tryDoor = async (route: string, permission: string, holder: Holder, place: Place): Promise<void> => {
    const [method = "", path = ""] = route.split(" ");
    const address = addressIn(path, place);
    const asked = spent.includes(holder) ? damaged : api;
    const got = await asked.ask(`${method} ${address}`, { token: holder.credential });
    const code = field(got.body, "code");
    const seen = got.status === 401 || got.status === 403 ? code : undefined;
    const refused = expectedRefusal(permission, holder, place);
    expect({ address, holder: holder.name, seen }).toEqual({ address, holder: holder.name, seen: refused });
    if (got.status === 401) expect(got.headers.get("www-authenticate")).toBe("Bearer");
    if (refused === undefined && place.project === "nowhere" && path.includes("{p}")) expect(got.status).toBe(404);
  };

  it.each(expected)(
    "A1, A10: %s is for those with %s alone, in every project and environment",
    async (route, permission) => {
      const [own, ...elsewhere] = places;
      // Of roles that differ in what they may alone, one reach is enough elsewhere.
      const informative = holders.filter(({ role, reach }) => role === "admin" || reach === reaches[0]);
      for (const holder of [...holders, ...spent]) await tryDoor(route, permission, holder, own);
      if (!route.includes("{p}")) return;
      for (const place of elsewhere) {
        for (const holder of informative) await tryDoor(route, permission, holder, place);
      }
    },
  );

  it("A15: refuses roles that are missing or not known, and says in the log what was refused", async () => {
    for (const { name, credential } of spent.filter(({ refusedBy }) => refusedBy === "role")) {
      const before = damaged.lines.length;
      const got = await damaged.ask(`POST ${FLAGS}`, { token: credential, body: { key: "a" } });
      expect([name, got.status]).toEqual([name, 403]);
      expect(damaged.lines.slice(before).join("")).toContain('"status":403');
    }
  });

  it("A1, A10: gives a token of another project 403, whether or not what it names is there", async () => {
    const token = await api.makeToken("admin", { project: "other" });
    for (const place of ["default", "nowhere"]) {
      const got = await api.ask(`POST /api/v1/projects/${place}/flags`, { token, body: { key: "a" } });
      expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    }
    expect(api.lines.at(-1)).toContain('"status":403');
  });

  it("does not take a route without a permission, even where the compiler was told otherwise", () => {
    const spec = { method: "GET", path: "/x", summary: "", query: noQuery, body: noBody, reply: z.unknown() } as const;
    const lie: Permission<undefined> = JSON.parse("{}");
    const make = (): Route => defineRoute({ ...spec, permission: lie, handler: async () => ({ body: null }) });
    expect(make).toThrow("The route GET /x declares no permission. Give it one.");
  });
});
