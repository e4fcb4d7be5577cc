/** Proxies through which not every way to the server leads. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { seconds } from "./amounts.ts";
import { temporaryFolders } from "./folders.ts";
import type { Link } from "./proxy/link.ts";
import { Scene, statusOf, toldTo } from "./scene.ts";
import { Server } from "./server.ts";

/** Two ways given up after three watchdogs of 45 s each, and the waits between. */
const LONGEST_WAY_MS = 10 * 60_000;
const freshFolder = temporaryFolders();
const isStream = ({ request }: Link): boolean => request === "GET /sdk/v1/stream";

describe.concurrent("an SDK", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  const isLiveBy = async (application: Application, transport: string, withinMs?: number): Promise<void> => {
    await until(async () => {
      const status = await statusOf(application);
      return status.state === "live" && status.transport === transport;
    }, withinMs);
    const revision = await scene.change();
    await application.ask("atLeast", { revision, timeoutMs: 60_000 });
  };

  it("F14: whose WebSockets are cut goes on by Server-Sent Events, and by polling where these are cut too", async () => {
    const line = await scene.line();
    const application = line.application();
    line.proxy.asked = (link) => {
      if (link.isWebSocket) link.end("reset");
    };
    await isLiveBy(application, "sse");
    line.proxy.asked = (link) => {
      if (isStream(link)) link.end("cut");
    };
    line.proxy.end("cut");
    await isLiveBy(application, "polling", 120_000);
    expect((await toldTo(application)).problems).not.toContain("protocol_error");
    expect(await application.close()).toBe(0);
  });

  it.skipIf(seconds < 300)("F55: through a proxy that holds streams back ends at polling (long form)", async () => {
    const line = await scene.line();
    // What opens a stream passes, and nothing of what is said on it.
    line.proxy.edit = () => [];
    line.proxy.asked = (link) => {
      link.down.holds = isStream(link) && !link.isWebSocket;
    };
    await isLiveBy(line.application(), "polling", LONGEST_WAY_MS);
  });
});
