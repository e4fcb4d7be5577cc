import type { OptionSyntax, VerbSyntax } from "../syntax.ts";

const settings: readonly OptionSyntax[] = [
  { flags: "--port <number>", description: "where to listen (PORT; 4400)" },
  { flags: "--host <address>", description: "on which address (HOST; 127.0.0.1)" },
  { flags: "--database-url <url>", description: "(DATABASE_URL; sqlite:.bannerol/bannerol.db)" },
  { flags: "--log-level <level>", description: "how much to log (LOG_LEVEL)" },
  { flags: "--drain-seconds <seconds>", description: "how long a stop may take (BANNEROL_DRAIN_SECONDS)" },
];

export const devCommand: VerbSyntax = {
  usage: "dev",
  summary: "start a server to try things with, here and now",
  options: settings,
  example: "bannerol dev",
  load: async () => (await import("../commands/dev.ts")).dev,
};

export const serverCommand: VerbSyntax = {
  usage: "server",
  summary: "start a server for production",
  options: [
    ...settings,
    { flags: "--admin-token <token>", description: "make this the first admin token (BANNEROL_ADMIN_TOKEN)" },
  ],
  example: "bannerol server --port 8080 --database-url sqlite:/var/lib/bannerol/bannerol.db",
  load: async () => (await import("../commands/server.ts")).server,
};
