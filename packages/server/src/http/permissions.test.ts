import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createHarness, field, type Harness } from "../testing/harness.ts";
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

interface Holder {
  readonly name: string;
  readonly credential: string | null;
  readonly role?: (typeof roles)[number];
  readonly reach?: (typeof reaches)[number];
  readonly class?: "server" | "client";
}

/** What the route table promises, spelt out once more, away from the code that keeps it. */
function expectedRefusal(permission: string, holder: Holder): string | undefined {
  if (permission === "public") return undefined;
  if (permission === "sdk:server" && holder.class === "client") return "not_allowed";
  if (permission.startsWith("sdk")) return sdkRefusal(holder);
  if (holder.credential === null) return "token_missing";
  if (holder.class !== undefined) return "wrong_credential";
  if (holder.role === undefined) return "token_invalid";
  const [place, right = ""] = permission.split(":");
  const { project, environment }: { readonly project?: string; readonly environment?: string } = holder.reach ?? {};
  const reached =
    place === "anywhere" ||
    (place === "installation" && project === undefined) ||
    (place !== "installation" &&
      (project === undefined || project === "default") &&
      (environment === undefined ||
        place === "within" ||
        (place === "environment" ? environment === "production" : right === "read")));
  return mayDo[holder.role]?.includes(right) && reached ? undefined : "not_allowed";
}

function sdkRefusal(holder: Holder): string | undefined {
  if (holder.class !== undefined) return undefined;
  return holder.role === undefined ? "key_invalid" : "wrong_credential";
}

describe("the route table", () => {
  let api: Harness;
  let holders: readonly Holder[];

  beforeAll(async () => {
    api = await createHarness();
    await api.write("_system", [{ kind: "project", key: "other", environment: "", after: { key: "other", name: "" } }]);
    const production = { key: "production", name: "", position: 0, protected: false };
    await api.write("other", [{ kind: "environment", key: "production", environment: "", after: production }]);
    const server = await api.makeKey("server", "production");
    const tokens = roles.flatMap((role) =>
      reaches.map(async (reach) => {
        const credential = await api.makeToken(role, reach);
        return { name: `${role} of ${Object.values(reach).join("/") || "everything"}`, credential, role, reach };
      }),
    );
    holders = [
      { name: "nobody", credential: null },
      { name: "somebody with a made-up token", credential: "let-me-in" },
      { name: "a token with a wrong check", credential: `${(await api.makeToken("admin")).slice(0, -1)}_` },
      { name: "a server key", credential: server, class: "server" },
      { name: "a client key", credential: await api.makeKey("client", "production"), class: "client" },
      ...(await Promise.all(tokens)),
    ];
  });

  it("holds the routes that it should, each with its permission", () => {
    const listed = api.routes.map(({ method, path, permission }) => [`${method} ${path}`, permission]);
    expect(listed.sort()).toEqual(expected.map((row) => [...row]).sort());
  });

  it.each(expected)("%s is for those with %s alone", async (route, permission) => {
    const [method = "", path = ""] = route.split(" ");
    const address = path
      .replace("{p}", "default")
      .replace("{e}", "production")
      .replace(/\{(f|s|id)\}/, "nothing");
    for (const holder of holders) {
      const got = await api.ask(`${method} ${address}`, { token: holder.credential });
      const code = field(got.body, "code");
      const refused = expectedRefusal(permission, holder);
      const seen = got.status === 401 || got.status === 403 ? code : undefined;
      expect({ holder: holder.name, seen }).toEqual({ holder: holder.name, seen: refused });
      if (got.status === 401) expect(got.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  it("A1, A10: gives a token of another project 403, whether or not what it names is there", async () => {
    const token = await api.makeToken("admin", { project: "other" });
    for (const place of ["default", "nowhere"]) {
      const got = await api.ask(`POST /api/v1/projects/${place}/flags`, { token, body: { key: "a" } });
      expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    }
  });

  it("does not take a route without a permission, even where the compiler was told otherwise", () => {
    const spec = { method: "GET", path: "/x", summary: "", query: noQuery, body: noBody, reply: z.unknown() } as const;
    const lie: Permission<undefined> = JSON.parse("{}");
    const make = (): Route => defineRoute({ ...spec, permission: lie, handler: async () => ({ body: null }) });
    expect(make).toThrow("The route GET /x declares no permission. Give it one.");
  });

  it("A6: finds no way round by odd spellings of a path", async () => {
    const odd = [
      "/api//v1/projects",
      "/API/v1/projects",
      "/api/v1/projects/",
      "/api/v1/projects/..%2fdefault",
      "/livez/../api/v1/projects/default",
      "/api/v1/projects/default%2Fflags",
      "/api/v1;/projects",
      "/%61pi/v1/projects",
      "/livez/%2e%2e/api/v1/keys",
    ];
    for (const path of odd) {
      const got = await api.ask(`GET ${path}`, { token: null });
      expect([path, [401, 404].includes(got.status)]).toEqual([path, true]);
    }
  });
});
