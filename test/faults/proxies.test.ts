/** The proxies that stand before most servers, as Debian has them. */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { seconds } from "./amounts.ts";
import { temporaryFolders } from "./folders.ts";
import { haproxyConfig, nginxConfig, RealProxy } from "./real-proxy.ts";
import { Scene, startApplication, statusOf, toldTo } from "./scene.ts";
import { Server } from "./server.ts";

const isLong = seconds >= 300;
/** What both end a connection after by default, on which nothing passes; a heartbeat is due every 15 s. */
const IDLE_S = isLong ? 60 : 20;
/** Two ways given up after three watchdogs of 45 s each, and the waits between. */
const LONGEST_WAY_MS = 10 * 60_000;
const freshFolder = temporaryFolders();

describe.concurrent("F55: through", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  const before = async (context: TestContext, program: "nginx" | "haproxy", config: (port: number) => string) => {
    const proxy = await RealProxy.start(program, config, freshFolder());
    if (typeof proxy === "string") return context.skip(proxy);
    context.onTestFinished(() => proxy.end());
    const application = startApplication({ url: proxy.url, key: scene.key, cache: false });
    context.onTestFinished(() => application.signal("SIGKILL"));
    await application.ask("ready");
    return application;
  };
  const isLiveBy = (application: Application, transport: string, withinMs?: number) =>
    until(async () => {
      const status = await statusOf(application);
      return status.state === "live" && status.transport === transport;
    }, withinMs);
  const hears = async (application: Application) => {
    const revision = await scene.change();
    await application.ask("atLeast", { revision, timeoutMs: 60_000 });
  };
  /** Nothing but heartbeats passes for so long that the proxy would have ended it twice. */
  const outlivesIdleness = async (application: Application) => {
    await isLiveBy(application, "websocket");
    const since = performance.now();
    await until(() => performance.now() - since > IDLE_S * 2_500, IDLE_S * 10_000);
    expect((await toldTo(application)).states).not.toContain("offline");
    await hears(application);
    expect(await statusOf(application)).toMatchObject({ state: "live", transport: "websocket" });
  };

  it("nginx, which ends what is idle, a WebSocket is kept open by heartbeats", async (context) => {
    const config = (port: number) => nginxConfig({ port, to: scene.server.url, idleS: IDLE_S, upgrades: true });
    await outlivesIdleness(await before(context, "nginx", config));
  });

  it("haproxy, which ends what is idle, a WebSocket is kept open by heartbeats", async (context) => {
    const config = (port: number) => haproxyConfig({ port, to: scene.server.url, idleS: IDLE_S });
    await outlivesIdleness(await before(context, "haproxy", config));
  });

  it("nginx as it is installed, which upgrades nothing and buffers, events arrive at once", async (context) => {
    const config = (port: number) => nginxConfig({ port, to: scene.server.url, idleS: IDLE_S, upgrades: false });
    const application = await before(context, "nginx", config);
    await isLiveBy(application, "sse");
    await hears(application);
    expect((await toldTo(application)).problems).not.toContain("protocol_error");
  });

  it.skipIf(!isLong)(
    "a proxy that buffers whatever it is asked, an SDK ends at polling (long form)",
    async (context) => {
      const config = (port: number) =>
        nginxConfig({ port, to: scene.server.url, idleS: IDLE_S * 5, upgrades: false, buffersAlways: true });
      const application = await before(context, "nginx", config);
      await isLiveBy(application, "polling", LONGEST_WAY_MS);
      await hears(application);
    },
  );
});
