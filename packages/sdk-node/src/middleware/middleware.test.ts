/** Each framework as it is, its middleware registered as its users would. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { runInNewContext } from "node:vm";
import createExpress from "express";
import createFastify from "fastify";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestClient, type TestClient } from "../test-client/index.ts";
import * as express from "./express.ts";
import * as fastify from "./fastify.ts";
import * as hono from "./hono.ts";
import { type ContextOf, currentFlags, type RequestFlags } from "./request-flags.ts";

let flags: TestClient;
let problems: string[];
let closing: (() => void)[];
beforeEach(() => {
  flags = createTestClient({ beta: false });
  flags.setFor("u1", "beta", true);
  problems = [];
  closing = [];
  flags.on("error", ({ code, message }) => problems.push(`${code}: ${message}`));
});
afterEach(() => {
  for (const close of closing) close();
});

/** What an application answers for a request: asked at the request, and deeper in the call stack. */
type Application = (flagsOfRequest: RequestFlags) => Promise<unknown>;
type Ask = (user: string) => Promise<unknown>;

async function serving(listener: RequestListener): Promise<Ask> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (user) => (await fetch(`http://127.0.0.1:${port}/`, { headers: { user, connection: "close" } })).json();
}

const userOf = ({ headers }: Pick<IncomingMessage, "headers">) => ({ targetingKey: String(headers.user) });

/** How each framework carries one middleware and one handler. `fails` says for whom there is no context. */
const frameworks: {
  readonly [name: string]: (
    application: Application,
    contextOf: ContextOf<Pick<IncomingMessage, "headers">>,
  ) => Promise<Ask>;
} = {
  Express(application, contextOf) {
    const app = createExpress();
    app.use(express.bannerol(flags, contextOf));
    app.get("/", async (request, response) => {
      response.json(await application(request.flags));
    });
    return serving(app);
  },
  async Fastify(application, contextOf) {
    const app = createFastify();
    await app.register(fastify.bannerol(flags, (request) => contextOf(request.raw)));
    app.get("/", async (request, reply) => reply.send(JSON.stringify(await application(request.flags))));
    await app.ready();
    return async (user) => (await app.inject({ url: "/", headers: { user } })).json();
  },
  async Hono(application, contextOf) {
    const app = new Hono();
    app.use(hono.bannerol(flags, (c) => contextOf({ headers: c.req.header() })));
    app.get("/", async (c) => c.json({ answer: await application(c.var.flags) }));
    return async (user) => {
      const { answer } = Object(await (await app.request("/", { headers: { user } })).json());
      return answer;
    };
  },
};

describe.each(Object.entries(frameworks))("a request of %s", (_name, serve) => {
  it("has flags bound to its context, on the request and deeper in the call stack", async () => {
    const deeper = async () => {
      await new Promise(setImmediate);
      return currentFlags()?.isEnabled("beta");
    };
    const ask = await serve(async (bound) => [bound.isEnabled("beta"), await deeper()], userOf);
    expect(await Promise.all([ask("u1"), ask("u2"), ask("u1")])).toEqual([
      [true, true],
      [false, false],
      [true, true],
    ]);
    expect(currentFlags()).toBeUndefined();
  });

  it("sees one revision, whatever is changed meanwhile (I2)", async () => {
    const ask = await serve(async (bound) => {
      const before = [bound.isEnabled("beta"), bound.revision];
      flags.set("beta", false);
      await new Promise(setImmediate);
      expect([bound.isEnabled("beta"), currentFlags()?.revision]).toEqual(before);
      expect(currentFlags()).toBe(bound);
      return bound.isEnabled("beta");
    }, userOf);
    expect([await ask("u1"), await ask("u1")]).toEqual([true, false]);
  });

  it("waits for a context that is promised", async () => {
    const ask = await serve(
      async (bound) => bound.isEnabled("beta"),
      async (request) => {
        await new Promise(setImmediate);
        return userOf(request);
      },
    );
    expect([await ask("u1"), await ask("u2")]).toEqual([true, false]);
  });

  it("waits for a promise of another realm", async () => {
    const answer = async (bound: RequestFlags) => bound.isEnabled("beta");
    const ask = await serve(answer, () => runInNewContext("Promise.resolve({ targetingKey: 'u1' })"));
    expect(await ask("u2")).toBe(true);
  });

  it.each<[string, ContextOf<Pick<IncomingMessage, "headers">>]>([
    [
      "throws",
      () => {
        throw new Error("no session");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no session"))],
  ])(
    "is answered for nobody in particular where the context %s, which is reported once (I5)",
    async (_how, contextOf) => {
      const ask = await serve(async (bound) => bound.isEnabled("beta"), contextOf);
      expect([await ask("u1"), await ask("u1")]).toEqual([false, false]);
      expect(flags.evaluations("beta").map(({ context }) => context)).toEqual([{}, {}]);
      expect(problems).toEqual([expect.stringMatching(/^context_failed: .*no session/)]);
    },
  );
});

it("flags that nobody asks for are not made", async () => {
  const snapshots = vi.fn();
  const client = {
    ...flags,
    forContext: (context: object) => {
      snapshots();
      return flags.forContext({ ...context });
    },
  };
  const app = createExpress();
  app.use(express.bannerol(client, userOf));
  app.get("/", (_request, response) => {
    response.json("done");
  });
  const ask = await serving(app);
  expect(await ask("u1")).toBe("done");
  expect(snapshots).not.toHaveBeenCalled();
});

it("a request of Fastify that has not come to its handler has flags for nobody in particular", async () => {
  const app = createFastify();
  const early: boolean[] = [];
  app.addHook("onRequest", async (request) => {
    early.push(request.flags.isEnabled("beta"));
  });
  await app.register(fastify.bannerol(flags, (request) => userOf(request.raw)));
  app.get("/", async (request) => [request.flags.isEnabled("beta")]);
  const answer = await app.inject({ url: "/", headers: { user: "u1" } });
  expect([early, answer.json()]).toEqual([[false], [true]]);
});
