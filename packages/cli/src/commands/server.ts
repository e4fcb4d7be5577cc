import type { Action } from "../call.ts";
import type { Output } from "../output/output.ts";
import { type Serving, serve } from "../serving.ts";

/**
 * A server as it runs in production. Its log is standard output's, unless a document was asked for there; the secrets
 * of a first start are standard error's, so that no log collector keeps them.
 */
export const server: Action = async (call) => {
  const sink = call.json ? call.io.stderr : call.io.stdout;
  const log = sink.asLog?.() ?? ((line: string) => sink.write(line));
  const serving = await serve(call, { command: "server", log });
  return {
    document: { url: serving.url, ...serving.secrets },
    text: () => "",
    notes: [`Listening on ${serving.url}`, ...secretLines(serving)],
    exitCode: serving.stopped,
  } satisfies Output;
};

function secretLines({ secrets: { adminToken, keys = {} } }: Serving): string[] {
  const lines = [
    ...(adminToken === undefined ? [] : [`  admin token  ${adminToken}`]),
    ...Object.entries(keys).map(([environment, key]) => `  server key   ${key}  (${environment})`),
  ];
  return lines.length === 0 ? [] : ["A first start. These are shown this once:", ...lines];
}
