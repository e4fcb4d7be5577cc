/**
 * Webhooks and an endpoint that is a process of its own: it fails, hangs, dies, comes back and wants no more, and so does the
 * server. Signatures are looked at by the words of Standard Webhooks alone, not by a library, nor by the server's own code.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, freePort, killed, root, until, World } from "./harness.ts";

type Answers = "take" | "fail" | "hang" | "gone";

interface Came {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How it was answered. */
  readonly answer: Answers;
}

class Receiver {
  readonly came: Came[] = [];
  readonly #port: number;
  #child: ChildProcess | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async start(answers: Answers = "take"): Promise<void> {
    const child = fork(join(root, "test/e2e/receiver-process.mjs"), [String(this.#port)], { silent: true });
    this.#child = child;
    collect(child);
    child.on("message", (told: { readonly body?: string } & Omit<Came, "body">) => {
      if (told.body !== undefined) this.came.push({ ...told, body: Buffer.from(told.body, "base64") });
    });
    await heard(child, "listening");
    await this.answer(answers);
  }

  async answer(answers: Answers): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new Error("The receiver was not started.");
    const done = heard(child, "answers");
    child.send(answers);
    await done;
  }

  kill(): Promise<void> {
    return killed(this.#child);
  }

  /** Revisions in the order in which they were taken, each once: as a receiver removes doubles. */
  taken(): readonly number[] {
    const taken = this.came.filter(({ answer }) => answer === "take");
    return [...new Map(taken.map((one) => [idOf(one), revisionOf(one)])).values()];
  }

  tries(revision: number): number {
    return this.came.filter((one) => revisionOf(one) === revision).length;
  }
}

/** The next message of the process that has the field. */
function heard(child: ChildProcess, field: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (told: object) => {
      if (!(field in told)) return;
      child.off("message", listen);
      resolve();
    };
    child.on("message", listen);
  });
}

const idOf = ({ headers }: Came): string => headers["webhook-id"] ?? "";
const contentOf = ({ body }: Came) => JSON.parse(body.toString());
const revisionOf = (one: Came): number => contentOf(one).data?.revision;

/**
 * "The content to sign is the id, the timestamp and the body, joined by full stops; its signature the HMAC-SHA256 of it by the
 * base64 behind `whsec_`, in base64 behind `v1,`; a header may list several, with spaces between; a receiver takes any."
 */
function isSigned({ headers, body }: Pick<Came, "headers" | "body">, secret: string, now = Date.now()): boolean {
  const { "webhook-id": id, "webhook-timestamp": timestamp = "", "webhook-signature": signatures = "" } = headers;
  if (!/^[0-9]+$/.test(timestamp) || Math.abs(now / 1_000 - Number(timestamp)) > 5 * 60) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const expected = createHmac("sha256", key).update(content).digest();
  return signatures.split(" ").some((listed) => {
    const [version, signature = ""] = listed.split(",");
    const given = Buffer.from(signature, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

describe("F43: webhooks to a process of its own", () => {
  const world = new World();
  let receiver: Receiver;
  let other: Receiver;
  let id: string;
  /** The newest last. */
  const secrets: string[] = [];
  /** The revisions of the changes that were made, in order. */
  const made: number[] = [];
  let flags = 0;

  beforeAll(async () => {
    await world.startServer({ BANNEROL_OUTBOUND_ALLOW: "127.0.0.1" });
    receiver = new Receiver(await freePort());
    other = new Receiver(await freePort());
    await Promise.all([receiver.start(), other.start()]);
    const created = await create(receiver);
    id = created.id;
    secrets.push(created.secret);
    await create(other);
  });
  afterAll(async () => {
    await Promise.all([receiver?.kill(), other?.kill()]);
    await world.end();
  });

  const create = async ({ url }: Receiver): Promise<{ readonly id: string; readonly secret: string }> => {
    const asked = { url, project: "default", events: ["flag.*"] };
    return JSON.parse(await (await world.api("POST", "webhooks", asked)).text());
  };
  const change = async (): Promise<number> => {
    flags += 1;
    const answer = await world.api("POST", "projects/default/flags", { key: `f${flags}` });
    const { revision } = JSON.parse(await answer.text());
    expect(answer.status).toBe(201);
    made.push(revision);
    return revision;
  };
  const webhook = async () => JSON.parse(await (await world.api("GET", `webhooks/${id}`)).text());
  /** Until all that was made was taken; in order, whatever came twice. A dead server holds an endpoint for a minute. */
  const caughtUp = async () => {
    await until(() => receiver.taken().length === made.length, 110_000);
    expect(receiver.taken()).toEqual(made);
  };

  it("come once and in order while all is well, as a receiver of Standard Webhooks takes them", async () => {
    for (let times = 0; times < 3; times += 1) await change();
    await caughtUp();
    const [secret = ""] = secrets;
    expect(receiver.came).toHaveLength(made.length);
    for (const one of receiver.came) {
      expect([one.method, one.headers["content-type"]]).toEqual(["POST", "application/json"]);
      expect(contentOf(one)).toMatchObject({ type: "flag.create", data: { project: "default", itemCount: 4 } });
      expect(isSigned(one, secret)).toBe(true);
    }
    const [first] = receiver.came;
    if (first === undefined) throw new Error("Nothing came.");
    const forged = { ...first, body: Buffer.from(first.body.toString().replace("flag.create", "flag.delete")) };
    expect(isSigned(forged, secret)).toBe(false);
    expect(isSigned({ ...first, headers: { ...first.headers, "webhook-id": "x" } }, secret)).toBe(false);
    expect(isSigned(first, secret, Date.now() + 6 * 60_000)).toBe(false);
  });

  it("are tried again where the endpoint fails, and what comes after waits its turn", async () => {
    await receiver.answer("fail");
    const failing = await change();
    await until(() => receiver.tries(failing) >= 2);
    const after = await change();
    expect(receiver.tries(after)).toBe(0);
    await until(() => other.taken().includes(after));
    expect((await webhook()).deliveries).toMatchObject([{ project: "default", lastOutcome: "HTTP 500" }]);
    await receiver.answer("take");
    await caughtUp();
  });

  it("go to others, and let changes be made, while the endpoint hangs", async () => {
    await receiver.answer("hang");
    const hanging = await change();
    await until(() => receiver.tries(hanging) === 1);
    const after = await change();
    await until(() => other.taken().includes(after));
    await receiver.answer("take");
    await caughtUp();
    expect(receiver.tries(hanging)).toBeGreaterThan(1);
  });

  it("come again, under the same id, where the endpoint died without an answer, and once it is back", async () => {
    await receiver.answer("hang");
    const lost = await change();
    await until(() => receiver.tries(lost) === 1);
    await receiver.kill();
    await change();
    await receiver.start();
    await caughtUp();
    const ids = receiver.came.filter((one) => revisionOf(one) === lost).map(idOf);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
  });

  it("go on where they stood once the server that sent them was killed, and started again", async () => {
    await receiver.answer("hang");
    const sent = await change();
    await change();
    await until(() => receiver.tries(sent) === 1);
    await world.stopServer("SIGKILL");
    await receiver.answer("take");
    await world.startServer({ BANNEROL_OUTBOUND_ALLOW: "127.0.0.1" });
    await caughtUp();
  });

  it("carry two signatures while the secret is another", async () => {
    const { secret: next } = JSON.parse(
      await (await world.api("POST", `webhooks/${id}/rotate`, { overlapHours: 1 })).text(),
    );
    await change();
    await caughtUp();
    const last = receiver.came.at(-1);
    if (last === undefined) throw new Error("Nothing came.");
    expect([...secrets, next].map((secret) => isSigned(last, secret))).toEqual([true, true]);
    expect(last.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    secrets.push(next);
  });

  it("end where the endpoint answers 410, with notice, and go on where they stopped once it is enabled", async () => {
    await receiver.answer("gone");
    const refused = await change();
    await until(async () => (await webhook()).enabled === false);
    await change();
    expect(await webhook()).toMatchObject({ disabledBecause: expect.stringContaining("410") });
    await receiver.answer("take");
    const enabled = await world.api("PATCH", `webhooks/${id}`, { enabled: true });
    expect(enabled.status).toBe(200);
    await caughtUp();
    expect(receiver.tries(refused)).toBe(2);
  });

  it("named each change by one id, and signed each by a secret of its time", () => {
    expect(receiver.came.filter((one) => !secrets.some((secret) => isSigned(one, secret)))).toEqual([]);
    const byId = new Map(receiver.came.map((one) => [idOf(one), revisionOf(one)]));
    expect(byId.size).toBe(made.length);
    expect(other.taken()).toEqual(made);
  });
});
