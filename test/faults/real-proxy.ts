/** A proxy that people run, in a process of its own, with a configuration of the test's. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collect, exitOf, freePort, until } from "../e2e/harness.ts";

const commands = {
  nginx: (file: string, folder: string) => ["-c", file, "-p", folder, "-e", "stderr"],
  haproxy: (file: string) => ["-db", "-f", file],
};

export class RealProxy {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Resolves once it answers; why it cannot be had, where it is not installed. */
  static async start(
    program: "nginx" | "haproxy",
    config: (port: number) => string,
    folder: string,
  ): Promise<RealProxy | string> {
    if (spawnSync(program, ["-v"]).error !== undefined) {
      return `${program} is not installed here: apt-get install ${program}`;
    }
    const port = await freePort();
    const file = join(folder, `${program}.conf`);
    writeFileSync(file, config(port));
    const child = spawn(program, commands[program](file, folder), { stdio: ["ignore", "pipe", "pipe"] });
    const said = collect(child);
    const proxy = new RealProxy(`http://127.0.0.1:${port}`, child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${said.stdout}${said.stderr}`);
      return (await fetch(`${proxy.url}/readyz`).catch(() => undefined))?.ok === true;
    });
    return proxy;
  }

  async end(): Promise<void> {
    const ended = exitOf(this.#child);
    this.#child.kill("SIGTERM");
    await ended;
  }
}

interface Wanted {
  readonly port: number;
  /** The server's address. */
  readonly to: string;
  /** A connection on which nothing passes is ended after so long. */
  readonly idleS: number;
}

export interface NginxWanted extends Wanted {
  /** Whether it passes a WebSocket's handshake on; it does not as it is installed. */
  readonly upgrades: boolean;
  /** Buffers even what says that it must not be buffered. */
  readonly buffersAlways?: boolean;
}

export function nginxConfig({ port, to, idleS, upgrades, buffersAlways = false }: NginxWanted): string {
  const upgrade = `
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";`;
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${to};
      proxy_read_timeout ${idleS}s;
      proxy_send_timeout ${idleS}s;${upgrades ? upgrade : ""}${
        buffersAlways ? "\n      proxy_ignore_headers X-Accel-Buffering;" : ""
      }
    }
  }
}
`;
}

export function haproxyConfig({ port, to, idleS }: Wanted): string {
  return `
defaults
  mode http
  timeout connect 5s
  timeout client ${idleS}s
  timeout server ${idleS}s
  timeout tunnel ${idleS}s
frontend bannerol
  bind 127.0.0.1:${port}
  default_backend servers
backend servers
  server one ${new URL(to).host}
`;
}
