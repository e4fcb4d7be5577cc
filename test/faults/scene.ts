/** A server, a fault proxy before it, and applications that reach it through that. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { Application, root } from "../e2e/harness.ts";
import { FaultProxy } from "./proxy/fault-proxy.ts";
import type { Server } from "./server.ts";

export interface Status {
  readonly state: string;
  readonly source?: string;
  readonly transport?: string;
  readonly epoch?: string;
  readonly revision?: number;
  readonly ageMs?: number;
  readonly rejected: number;
  readonly ignoredCaches: number;
  readonly problem?: { readonly code: string };
}

export interface Told {
  readonly changes: readonly { readonly epoch: string; readonly revision: number }[];
  readonly states: readonly string[];
  readonly problems: readonly string[];
}

/** Options of `createClient`, as far as JSON can hold them. */
export interface ClientSettings {
  readonly url?: string;
  readonly key?: string;
  readonly file?: string;
  readonly cache?: string | false;
  readonly bootstrap?: object;
  readonly readyTimeoutMs?: number;
  readonly onReadyTimeout?: "reject";
  readonly staleAfterMs?: number;
}

/** How its process is started: with more options of Node.js, or by another command, such as `ip netns exec`. */
export interface Launch {
  readonly nodeOptions?: readonly string[];
  readonly by?: readonly string[];
}

/** An application with an SDK in a process of its own. */
export function startApplication(settings: ClientSettings, { nodeOptions = [], by = [] }: Launch = {}): Application {
  const node = ["--unhandled-rejections=strict", ...nodeOptions];
  const [command = process.execPath, ...rest] = [...by, process.execPath];
  const { PATH } = process.env;
  return new Application(
    fork(join(root, "test/e2e/sdk-process.mjs"), [JSON.stringify(settings)], {
      silent: true,
      env: { PATH },
      execPath: command,
      execArgv: [...rest, ...node],
    }),
  );
}

const FLAGS = "projects/default/flags";

/** What is served by a flag that is on. */
const targeting = { off: "off", prerequisites: [], targets: [], rules: [], fallthrough: { variant: "on" } };

/** A way to the server through a proxy of its own, and who goes it. */
export class Line {
  readonly proxy: FaultProxy;
  readonly #key: string;
  readonly #applications: Application[] = [];

  constructor(proxy: FaultProxy, key: string) {
    this.proxy = proxy;
    this.#key = key;
  }

  application(settings: ClientSettings = {}, launch?: Launch): Application {
    const application = startApplication({ url: this.proxy.url, key: this.#key, cache: false, ...settings }, launch);
    this.#applications.push(application);
    return application;
  }

  /** One that has what the server has. */
  async current(settings: ClientSettings = {}, launch?: Launch): Promise<Application> {
    const application = this.application(settings, launch);
    await application.ask("ready");
    return application;
  }

  async end(): Promise<void> {
    for (const application of this.#applications) application.signal("SIGKILL");
    await this.proxy.close();
  }
}

/** A server with the flags `one` and `other`, which `change` changes together, and `steady`, which is on for everybody. */
export class Scene {
  readonly server: Server;
  readonly #lines: Line[] = [];
  #key = "";
  #changes = 0;

  constructor(server: Server) {
    this.server = server;
  }

  /** Of an SDK. */
  get key(): string {
    return this.#key;
  }

  async start(): Promise<void> {
    await this.server.start();
    this.#key = await this.server.newKey();
    for (const key of ["one", "other", "steady"]) await this.server.must("POST", FLAGS, { key });
    await this.server.must("PATCH", `${FLAGS}/steady/environments/production`, { enabled: true });
  }

  /** A new way to the server, or to another node, with nothing wrong. */
  async line(url = this.server.url): Promise<Line> {
    const line = new Line(await FaultProxy.before(url), this.#key);
    this.#lines.push(line);
    return line;
  }

  /** Turns `one` and `other` over in one change; answers with its revision. */
  async change(): Promise<number> {
    this.#changes += 1;
    const after = { ...targeting, enabled: this.#changes % 2 === 1 };
    return await this.write(["one", "other"].map((flag) => ({ flag, environment: "production", after })));
  }

  /** Writes many documents in one change; answers with its revision. */
  async write(items: readonly object[]): Promise<number> {
    return (await this.server.must<{ revision: number }>("POST", "projects/default/changes", { items })).revision;
  }

  /** What an SDK should have now. */
  async newest(): Promise<{ readonly epoch: string; readonly revision: number }> {
    const headers = { authorization: `Bearer ${this.#key}` };
    const response = await fetch(`${this.server.url}/sdk/v1/ruleset`, { headers });
    return (await response.json()) as { epoch: string; revision: number };
  }

  async end(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.end()));
    await this.server.stop("SIGKILL");
  }
}

export const statusOf = (application: Application): Promise<Status> => application.ask<Status>("status");

export const toldTo = (application: Application): Promise<Told> => application.ask<Told>("told");

/** The type of each message, in order. */
export function typesOf(messages: readonly string[]): readonly string[] {
  return messages.map((text) => (JSON.parse(text) as { type: string }).type);
}

/** Whether revisions go up strictly within each epoch (I1, I10). */
export function goesUp(changes: Told["changes"]): boolean {
  return changes.every(({ epoch, revision }, index) => {
    const before = changes[index - 1];
    return before === undefined || before.epoch !== epoch || before.revision < revision;
  });
}
