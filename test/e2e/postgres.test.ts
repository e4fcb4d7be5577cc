import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describePostgres, type TestDatabase } from "../../packages/server/src/store/postgres/testing/database.ts";
import { Application, collect, exitOf, freePort, root, until, written } from "./harness.ts";
import { canary, leaksIn } from "./leaks.ts";

const here = dirname(fileURLToPath(import.meta.url));
const ADMIN_TOKEN = canary("admin-token-of-two-nodes");
/** Who is asked about, and what else of a request is nobody's business. */
const PERSON = { targetingKey: canary("targeting-key"), email: canary("attribute") };
const SENT = canary("whatever-was-sent");

interface Status {
  readonly state: string;
  readonly epoch: string;
  readonly revision: number;
}

interface Asked {
  readonly key?: string;
  readonly body?: object;
}

/** One of several servers on a database. */
class Node {
  readonly #databaseUrl: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "bannerol-e2e-"));
  readonly #children: ChildProcess[] = [];
  #server: ChildProcess | undefined;
  #port = 0;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** At the same port each time; resolves once the server is ready. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    const env = {
      ...this.#environment(),
      PORT: String(this.#port),
      DATABASE_URL: this.#databaseUrl,
      BANNEROL_ADMIN_TOKEN: ADMIN_TOKEN,
      BANNEROL_OUTBOUND_ALLOW: "127.0.0.1",
      LOG_LEVEL: "trace",
    };
    const child = spawn(process.execPath, [join(root, "packages/cli/bin/bannerol.js"), "server"], { env });
    this.#children.push(child);
    this.#server = child;
    const output = collect(child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended:\n${output.stdout}${output.stderr}`);
      return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok === true;
    });
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#server === undefined) throw new Error("no server was started");
    const code = exitOf(this.#server);
    this.#server.kill(signal);
    return await code;
  }

  /** Whatever it answers, as text. */
  async text(method: string, path: string, { key = ADMIN_TOKEN, body }: Asked = {}): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", cookie: `sid=${SENT}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return await response.text();
  }

  /** Calls the admin API; throws for what is refused. */
  async api<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  application(key: string): Application {
    const input = JSON.stringify({ url: this.url, key, cache: false });
    const child = fork(join(here, "sdk-process.mjs"), [input], {
      cwd: here,
      env: this.#environment(),
      execArgv: ["--unhandled-rejections=strict"],
      silent: true,
    });
    this.#children.push(child);
    return new Application(child);
  }

  async end(): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ends = running.map(exitOf);
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(ends);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.#folder };
  }
}

/** Of every table, as text. */
async function everyRow(sql: TestDatabase["sql"], schema: string): Promise<readonly string[]> {
  const tables = await sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schema}`;
  const rows = tables.map(
    ({ name }) => sql<{ row: string }[]>`SELECT own::text AS row FROM ${sql(schema)}.${sql(name)} AS own`,
  );
  return (await Promise.all(rows)).flatMap((found) => found.map(({ row }) => row));
}

await describePostgres("two servers on one PostgreSQL", ({ url, freshSchema, sql }) => {
  let nodes: readonly [Node, Node];
  let applications: readonly [Application, Application];
  let key: string;
  let schema: string;
  /** The revisions that each application was seen at. */
  const seen: [number[], number[]] = [[], []];

  const statuses = () => Promise.all(applications.map((application) => application.ask<Status>("status")));
  const look = async () => {
    for (const [index, { revision }] of (await statuses()).entries()) seen[index]?.push(revision);
  };
  /** Sets a rollout through one of the nodes; answers with the change's revision. */
  const change = async (node: Node, percentage: number) =>
    (
      await node.api<{ revision: number }>("PUT", "projects/default/flags/shared/environments/production/rollout", {
        percentage,
      })
    ).revision;
  const everywhere = (revision: number, timeoutMs: number) =>
    Promise.all(applications.map((application) => application.ask("atLeast", { revision, timeoutMs })));

  beforeAll(async () => {
    const database = new URL(url);
    schema = await freshSchema();
    database.searchParams.set("search_path", schema);
    nodes = [new Node(database.href), new Node(database.href)];
    await Promise.all(nodes.map((node) => node.start()));
    const wanted = { project: "default", environment: "production", kind: "server" };
    ({ key } = await nodes[0].api<{ key: string }>("POST", "keys", wanted));
    await nodes[0].api("POST", "projects/default/flags", { key: "shared" });
    applications = [nodes[0].application(key), nodes[1].application(key)];
    await Promise.all(applications.map((application) => application.ask("ready")));
  });
  afterAll(() => Promise.all((nodes ?? []).map((node) => node.end())));

  it("start together on a new database, and have one history", async () => {
    const [first, second] = await statuses();
    expect(first?.epoch).toBe(second?.epoch);
    const { items } = await nodes[1].api<{ items: object[] }>("GET", "keys?project=default");
    expect(items, "three of the first start, one of ours").toHaveLength(4);
  });

  it("bring a change through either of them to every SDK", async () => {
    for (const [index, node] of nodes.entries()) {
      const revision = await change(node, 10 + index);
      await everywhere(revision, 3_000);
      await look();
    }
  });

  it("lose nothing where one is killed in the middle of writing, and its SDK is level when it is back", async () => {
    const [killed, other] = nodes;
    const acknowledged: number[] = [];
    let writing = true;
    const writers = nodes.map(async (node, index) => {
      for (let step = 0; writing; step += 1) {
        await change(node, (step * 2 + index) % 100).then(
          (revision) => acknowledged.push(revision),
          () => new Promise((resolve) => setTimeout(resolve, 20)),
        );
      }
    });
    await until(() => acknowledged.length > 20);
    expect(await killed.stop("SIGKILL")).toBeNull();
    const atKill = acknowledged.length;
    await until(async () => {
      await look();
      return acknowledged.length > atKill + 20;
    });
    await killed.start();
    writing = false;
    await Promise.all(writers);

    const revision = await change(other, 77);
    await everywhere(revision, 60_000);
    await look();
    expect((await statuses()).every(({ state }) => state === "live")).toBe(true);
    for (const revisions of seen) expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    const verdict = await killed.api("GET", "projects/default/changes/verify");
    expect(verdict).toMatchObject({ ok: true });
    expect(new Set(acknowledged).size, "each acknowledged change has a number of its own").toBe(acknowledged.length);
    expect(revision).toBeGreaterThan(Math.max(...acknowledged));
  });

  it("F47: tell no secret and no person, in any answer, log or number, nor in the database", async () => {
    const { id, secret } = await nodes[0].api<{ id: string; secret: string }>("POST", "webhooks", {
      url: `http://127.0.0.1:9/${SENT}`,
      project: "default",
    });
    const made = await nodes[1].api<{ token: string }>("POST", "tokens", { name: "ci", role: "viewer" });
    const evaluate = "/api/v1/projects/default/environments/production/evaluate";
    for (const [index, node] of nodes.entries()) {
      for (const flag of ["shared", "nowhere"]) {
        await applications[index]?.ask("evaluate", { flag, context: PERSON, defaultValue: false });
        await node.text("POST", "/sdk/v1/evaluate", { key, body: { context: PERSON, flags: [flag] } });
        await node.text("POST", evaluate, { body: { flag, context: PERSON } });
      }
      await node.text("POST", `/api/v1/webhooks/${id}/test`, { body: {} });
      for (const wrong of [SENT, `Bearer ${SENT}`, key])
        await node.text("GET", `/api/v1/whoami?secret=${SENT}`, { key: wrong });
      await node.text("GET", "/api/v1/whoami", { key: made.token });
      await node.text("POST", "/api/v1/projects/default/flags", { body: { key: SENT.toUpperCase() } });
      await applications[index]?.ask("flush");
    }
    const place = "/api/v1/projects/default/environments/production";
    const told = ["/metrics", "/readyz", `${place}/connections`, `${place}/missing-flags`].concat(
      ["keys", "tokens", "users", "projects/default/changes", "projects/default/flags/shared/usage"].map(
        (path) => `/api/v1/${path}`,
      ),
    );
    const answers = await Promise.all(nodes.flatMap((node) => told.map((path) => node.text("GET", path))));
    const secrets = [key, made.token]
      .map((text) => text.split("_")[3] ?? "-")
      .concat(ADMIN_TOKEN, secret, ...Object.values(PERSON));
    for (const one of secrets) expect(answers.filter((answer) => answer.includes(one))).toEqual([]);
    const rows = await everyRow(sql, schema);
    // A webhook's secret is kept to sign with, and its address to send to.
    for (const one of secrets.filter((kept) => kept !== secret))
      expect(rows.filter((row) => row.includes(one))).toEqual([]);
    expect(
      written.some(({ stdout }) => stdout.includes("/sdk/v1/evaluate")),
      "they did log",
    ).toBe(true);
    expect(written.flatMap(({ stdout, stderr }) => leaksIn(stdout + stderr))).toEqual([]);
  });

  it("stop one at a time without a word of trouble", async () => {
    const codes = [await nodes[0].stop("SIGTERM"), await nodes[1].stop("SIGTERM")];
    expect(codes).toEqual([0, 0]);
  });
});
