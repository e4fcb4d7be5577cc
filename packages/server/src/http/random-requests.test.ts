/**
 * Whatever is asked, the server answers, as its description says. Each run is a server of its own and what it is asked one
 * after the other, so that a failure is made smaller, and repeated by its seed: `FUZZ_SEED=… FUZZ_RUNS=…`.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RandomRequest, requestsOf } from "../testing/arbitrary-requests.ts";
import { type Description, readDescription } from "../testing/described.ts";
import { createHarness, FLAGS, field } from "../testing/harness.ts";
import { endpoints } from "../webhooks/testing/endpoints.ts";

const PROJECT = "/api/v1/projects/default";
const REQUESTS = 100;
/** Of all operations, at most this part may have been refused whenever they were asked for. */
const REFUSED = 0.15;
const runs = Math.ceil(Number(process.env.FUZZ_RUNS ?? 300) / 25);
const seed = Number(process.env.FUZZ_SEED ?? 64);

const TARGET = `${FLAGS}/new-checkout/environments`;

/** A server with something of everything in it, and who asks it. */
async function settled() {
  const api = await createHarness({ outbound: endpoints().outbound });
  const seen = new Map<string, string[]>();
  const make = async (what: string, body: unknown, token?: string) => {
    const got = await api.ask(what, { body, ...(token === undefined ? {} : { token }) });
    expect([what, got.status < 300, got.text]).toEqual([what, true, got.text]);
    note(seen, what, got.body);
  };
  await make(`POST ${FLAGS}`, { key: "new-checkout", clientSide: true });
  await make(`POST ${FLAGS}`, {
    key: "banner",
    type: "string",
    variants: [
      { key: "red", value: "r" },
      { key: "off", value: "" },
    ],
  });
  await make(`POST ${PROJECT}/segments`, { key: "staff", included: ["u1"] });
  await make(`POST ${PROJECT}/invariants`, {
    key: "stays",
    environment: "staging",
    flag: "banner",
    context: {},
    serves: ["off"],
  });
  const [from, until] = ["2999-01-01T00:00:00Z", "2999-01-02T00:00:00Z"];
  await make(`POST ${PROJECT}/environments/production/freezes`, { key: "year-end", from, until });
  await make("POST /api/v1/webhooks", { url: "https://hooks.example.com/", project: "default" });
  await make("POST /api/v1/users", { name: "Grace", email: "grace@example.com", role: "releaser" });
  await make("POST /api/v1/tokens", { name: "ci", role: "editor" });
  await make("POST /api/v1/keys", { project: "default", environment: "staging", kind: "client" });
  await make(`POST ${TARGET}/production/schedules`, { at: from, change: { enabled: false } });
  const steps = [50, 75, 100].map((percentage) => ({ percentage, hold: "10m", approval: true }));
  await make(`POST ${TARGET}/production/release`, { steps });
  await make(`PATCH ${PROJECT}/environments/staging`, { protected: true, approvals: 1 });
  const author = await api.makeToken("releaser");
  for (const by of [author, author, undefined]) await make(`POST ${TARGET}/staging/enable`, {}, by);
  await api.write("_system", [{ kind: "project", key: "other", environment: "", after: { key: "other", name: "" } }]);
  // A stream ends only when the server does.
  await api.stream.drain(0);
  const tokens: Readonly<Record<RandomRequest["who"], string | null | undefined>> = {
    admin: undefined,
    viewer: await api.makeToken("viewer"),
    elsewhere: await api.makeToken("admin", { project: "other" }),
    "server key": await api.makeKey("server", "production"),
    "client key": await api.makeKey("client", "production"),
    nobody: null,
    garbage: "bnr_token_000000000000_00000000000000000000000000000000_000000",
  };
  return { api, seen, tokens };
}

/** Remembers what was made, by the last word of where it was made, and whatever waits to be approved. */
function note(seen: Map<string, string[]>, operation: string, body: unknown): void {
  const add = (noun: string, id: unknown) => {
    if (typeof id === "string") seen.set(noun, [...(seen.get(noun) ?? []), id]);
  };
  const noun = /^POST .*\/([a-z-]+)$/.exec(operation)?.[1];
  if (noun !== undefined) add(noun, field(body, "id") ?? field(body, "key"));
  add("approvals", field(body, "approval", "id"));
}

type Settled = Awaited<ReturnType<typeof settled>>;

describe("a server that is asked at random", () => {
  const answered = new Map<string, Set<number>>();

  /** Throws where the answer is not as described: by the document here, by the schemas behind it in the harness. */
  const ask = async (
    description: Description,
    { api, seen, tokens }: Settled,
    request: RandomRequest,
    at: number,
  ): Promise<void> => {
    const named = request.path.replaceAll(/:([a-z-]+)/g, (_, noun: string) => {
      const ids = seen.get(noun) ?? [];
      return ids[at % ids.length] ?? "nothing";
    });
    // A flag that is called `..` is none by the time that it arrives: what is asked then is another operation.
    const { pathname, search } = new URL(named, "http://server");
    const path = pathname + search;
    const token = tokens[request.who];
    const { body, headers, method } = request;
    const got = await inTime(
      api.ask(`${method} ${path}`, {
        ...(token === undefined ? {} : { token }),
        ...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body }),
        headers,
      }),
    );
    expect(got.status, `${method} ${path}: ${got.text}`).toBeLessThan(500);
    const wrong = method === "HEAD" || got.text === "" ? undefined : description.wrongWith(`${method} ${path}`, got);
    expect(wrong, `${method} ${path}: ${got.text}`).toBeUndefined();
    // What is wrong with a field is said in our words, and not in those of the library that found it.
    expect(got.text).not.toMatch(/"message":"(Invalid|Too big|Too small|Unrecognized|Expected|Required)/);
    expect(got.headers.get("x-request-id")).toMatch(/^[\w.-]+$/);
    if (method === request.operation.split(" ")[0]) {
      note(seen, request.operation, got.body);
      answered.set(request.operation, (answered.get(request.operation) ?? new Set()).add(got.status));
    }
  };

  const stillRight = async ({ api }: Settled): Promise<void> => {
    expect(await api.ask(`GET ${PROJECT}/changes/verify`)).toMatchObject({ status: 200, body: { ok: true } });
    expect(api.lines.filter((line) => line.includes('"level":50') || line.includes('"level":"error"'))).toEqual([]);
    expect(field({}, "role")).toBeUndefined();
  };

  it(`answers everything, as described, and never by an error of its own (FUZZ_SEED=${seed})`, async () => {
    const { api } = await settled();
    const document = Object((await api.ask("GET /openapi.json")).body);
    const description = readDescription(document);
    const byOperation = requestsOf(document);
    const any = fc.oneof(...byOperation.values());
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: REQUESTS, maxLength: REQUESTS }), async (requests) => {
        const world = await settled();
        for (const [at, request] of requests.entries()) await ask(description, world, request, at);
        await stillRight(world);
      }),
      { numRuns: runs, seed },
    );
    const operations = [...byOperation.keys()];
    expect(operations.filter((operation) => !answered.has(operation))).toEqual([]);
    const refused = operations.filter((one) => ![...(answered.get(one) ?? [])].some((status) => status < 400));
    expect(refused.length, `carried out for nobody: ${refused.join(", ")}`).toBeLessThan(operations.length * REFUSED);
  });
});

/** A request that is not answered is told apart from a test that takes long. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("It was not answered within 60 s.")), 60_000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
