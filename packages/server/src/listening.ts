/** Takes the server's port, or says in one line why it cannot be had. */
import type { Config } from "./config.ts";
import type { HttpServer } from "./http/http-server.ts";

/** The server could not start, for a reason that an operator can do something about. One line. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** The port; another than asked for where that was 0. Rejects with a `StartError`. */
export async function listenOrSay(http: HttpServer, { port, host }: Config): Promise<number> {
  try {
    return await http.listen(port, host);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = reasons.get(String(code)) ?? `cannot be listened on (${String(code)})`;
    throw new StartError(`Port ${port} of ${host} ${reason}. Choose another with PORT or HOST.`, { cause: error });
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "is taken: something else listens there"],
  ["EACCES", "is not ours to take: ports below 1024 need rights"],
  ["EADDRNOTAVAIL", "cannot be had: this machine has no such address"],
  ["ENOTFOUND", "cannot be had: there is no such host"],
]);

/** What a person can open: the loopback by its name, an IPv6 address in brackets. */
export function addressOf(host: string): string {
  if (["127.0.0.1", "::1", "0.0.0.0", "::"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
