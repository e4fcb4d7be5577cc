/** Two whole servers on one database: who is connected is told over both, and a revoked key ends everywhere. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { readConfig } from "../../config.ts";
import { type RunningServer, startServer } from "../../main.ts";
import { describePostgres } from "../../store/postgres/testing/database.ts";
import { until } from "../../store/postgres/testing/until.ts";
import { type EventReader, readEvents } from "../../testing/event-reader.ts";
import { field } from "../../testing/harness.ts";

const ADMIN = "the-admin-token-of-several-nodes-0123456789";
const ENVIRONMENT = "/api/v1/projects/default/environments/production";

await describePostgres("several nodes", ({ url, freshSchema }) => {
  let nodes: RunningServer[];
  let readers: EventReader[];

  beforeEach(async () => {
    const address = new URL(url);
    address.searchParams.set("search_path", await freshSchema());
    const settings = {
      PORT: "0",
      DATABASE_URL: address.href,
      BANNEROL_ADMIN_TOKEN: ADMIN,
      BANNEROL_DRAIN_SECONDS: "1",
    };
    readers = [];
    nodes = [];
    for (const _ of [1, 2]) nodes.push(await startServer(readConfig(settings), { log: () => {} }));
  });
  afterEach(async () => {
    for (const reader of readers) reader.close();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const node = (at: number): RunningServer => {
    const found = nodes[at];
    if (found === undefined) throw new Error(`There is no node ${at}.`);
    return found;
  };
  const ask = async (at: number, method: string, path: string, body?: object, token = ADMIN) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`http://127.0.0.1:${node(at).port}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  };
  const open = async (at: number, key: string, instance: string) => {
    const path = `/sdk/v1/stream?instance=${instance}`;
    const reader = await readEvents({ port: node(at).port, path, headers: { authorization: `Bearer ${key}` } });
    readers.push(reader);
    await reader.next();
    return reader;
  };
  const makeKey = async () => {
    const made = await ask(0, "POST", "/api/v1/keys", {
      project: "default",
      environment: "production",
      kind: "server",
    });
    return { id: String(field(made, "id")), key: String(field(made, "key")) };
  };

  it("R18, P11: sum up who has a revision over all of them, also by words that came to another", async () => {
    const { key } = await makeKey();
    await ask(1, "GET", `${ENVIRONMENT}/connections`);
    const [here, there] = [await open(0, key, "here"), await open(1, key, "there")];
    const made = await ask(0, "POST", "/api/v1/projects/default/flags", { key: "a" });
    const revision = field(made, "revision");
    for (const reader of [here, there]) await reader.next();
    const summary = (at: number) => ask(at, "GET", `${ENVIRONMENT}/connections?revision=${revision}`);
    for (const at of [0, 1]) await until(async () => field(await summary(at), "connected") === 2);
    expect(await summary(1)).toMatchObject({ connected: 2, have: 0 });
    const epoch = field(await ask(0, "GET", "/sdk/v1/ruleset", undefined, key), "epoch");
    // Both words come to the first node, which holds one of the streams.
    for (const instance of ["here", "there"]) await ask(0, "POST", "/sdk/v1/ack", { epoch, revision, instance }, key);
    for (const at of [0, 1]) await until(async () => field(await summary(at), "have") === 2);
    expect(await summary(1)).toMatchObject({ connected: 2, have: 2, share: 1, missing: [] });
    here.close();
    await until(async () => field(await summary(1), "connected") === 1);
    await node(1).close();
    nodes.length = 1;
    await until(async () => {
      const { items } = await ask(0, "GET", `${ENVIRONMENT}/connections`);
      return items.every(({ transport }: { readonly transport: string }) => transport === "polling");
    });
  });

  it("F35, I13: end the streams of a key that another of them revoked, with no traffic", async () => {
    const { id, key } = await makeKey();
    await until(async () => (await ask(1, "GET", "/sdk/v1/ruleset", undefined, key)).epoch !== undefined);
    const idle = await open(1, key, "idle");
    await ask(0, "DELETE", `/api/v1/keys/${id}`);
    expect(await idle.next()).toMatchObject({ data: { type: "problem", code: "key_invalid", status: 401 } });
    expect(await idle.next()).toBeUndefined();
    expect(await ask(1, "GET", "/sdk/v1/ruleset", undefined, key)).toMatchObject({ status: 401 });
  });

  it("refuse nothing, and take nothing for done, by what they have not heard of each other yet", async () => {
    const flags = "/api/v1/projects/default/flags";
    for (let round = 0; round < 10; round += 1) {
      const [one, other] = round % 2 === 0 ? [0, 1] : [1, 0];
      const targeting = `${flags}/f${round}/environments/production`;
      await ask(one, "POST", flags, { key: `f${round}` });
      expect(await ask(other, "POST", `${targeting}/enable`)).toMatchObject({ enabled: true });
      expect(await ask(one, "POST", `${targeting}/kill`)).toMatchObject({ enabled: false });
      expect(await ask(other, "POST", `${targeting}/kill`)).toMatchObject({ enabled: false });
      const { id, key } = await makeKey();
      expect(field(await ask(other, "GET", "/sdk/v1/ruleset", undefined, key), "epoch")).toBeTypeOf("string");
      expect(await ask(other, "DELETE", `/api/v1/keys/${id}`)).toMatchObject({ id });
    }
    const listed = await ask(0, "GET", `${flags}/f0/environments/production`);
    expect(listed).toMatchObject({ enabled: false });
  });

  it("count a batch of events once, whichever of them it is sent to (P10)", async () => {
    const { key } = await makeKey();
    await ask(0, "POST", "/api/v1/projects/default/flags", { key: "a" });
    await until(async () => field(await ask(1, "GET", "/sdk/v1/ruleset", undefined, key), "flags", "a") !== undefined);
    const counts = [{ flag: "a", variant: "off", reason: "DISABLED", count: 2 }];
    const batch = { id: "b1", instance: "i", sdk: { name: "t", version: "1" }, counts };
    const answers = await Promise.all([0, 1, 0, 1].map((at) => ask(at, "POST", "/sdk/v1/events", batch, key)));
    expect(answers.filter(({ counted }) => counted)).toHaveLength(1);
    const usage = await ask(1, "GET", "/api/v1/projects/default/flags/a/usage");
    expect(field(usage, "environments", 1)).toMatchObject({ environment: "production", total: 2 });
  });
});
