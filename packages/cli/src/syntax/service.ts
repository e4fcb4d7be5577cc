import type { OptionSyntax, VerbSyntax } from "../syntax.ts";

const database: OptionSyntax = {
  flags: "--database-url <url>",
  description: "(DATABASE_URL; sqlite:.bannerol/bannerol.db)",
};

const settings: readonly OptionSyntax[] = [
  { flags: "--port <number>", description: "where to listen (PORT; 4400)" },
  { flags: "--host <address>", description: "on which address (HOST; 127.0.0.1)" },
  database,
  { flags: "--log-level <level>", description: "how much to log (LOG_LEVEL)" },
  { flags: "--proxies <count>", description: "how many stand in front (BANNEROL_PROXIES; 0)" },
  { flags: "--max-streams <count>", description: "how many at once (BANNEROL_MAX_STREAMS; 20000)" },
  { flags: "--drain-seconds <seconds>", description: "how long a stop may take (BANNEROL_DRAIN_SECONDS)" },
  { flags: "--outbound-allow <list>", description: "where else it may send (BANNEROL_OUTBOUND_ALLOW)" },
  { flags: "--prometheus-url <url>", description: "where guards' queries go (BANNEROL_PROMETHEUS_URL)" },
];

export const devCommand: VerbSyntax = {
  usage: "dev",
  summary: "start a server to try things with, here and now",
  brief: "start a server to try things",
  options: settings,
  example: "bannerol dev",
  load: async () => (await import("../commands/dev.ts")).dev,
};

export const serverCommand: VerbSyntax = {
  usage: "server",
  summary: "start a server for production",
  brief: "serve",
  options: [
    ...settings,
    { flags: "--admin-token <token>", description: "make this the first admin token (BANNEROL_ADMIN_TOKEN)" },
  ],
  example: "bannerol server --port 8080 --database-url sqlite:/var/lib/bannerol/bannerol.db",
  load: async () => (await import("../commands/server.ts")).server,
  verbs: [
    {
      usage: "backup <file>",
      summary: "copy the database into a new file, beside a server that runs",
      options: [database],
      example: "bannerol server backup /var/backups/bannerol.db",
      load: async () => (await import("../commands/maintenance.ts")).backup,
    },
    {
      usage: "restore <file>",
      summary: "put a backup in the place of the database; no server may run",
      options: [database],
      example: "bannerol server restore /var/backups/bannerol.db --yes",
      load: async () => (await import("../commands/maintenance.ts")).restoreBackup,
    },
    {
      usage: "migrate",
      summary: "bring the database to this program's schema, and end",
      options: [database],
      example: "bannerol server migrate --database-url sqlite:/var/lib/bannerol/bannerol.db",
      load: async () => (await import("../commands/transfer.ts")).migrate,
    },
    {
      usage: "export <file>",
      summary: "write everything as lines, beside a server that runs; - is standard output",
      options: [database],
      example: "bannerol server export installation.jsonl",
      load: async () => (await import("../commands/transfer.ts")).exportAll,
    },
    {
      usage: "import <file>",
      summary: "fill an empty database from an export; - is standard input",
      options: [database],
      example: "bannerol server import installation.jsonl --database-url postgres://bannerol@db.example/bannerol",
      load: async () => (await import("../commands/transfer.ts")).importAll,
    },
    {
      usage: "verify",
      summary: "check every history in the database; no server may run",
      options: [
        database,
        { flags: "--head <hash>", description: "a head of --project that was kept; its first 12 characters do" },
        { flags: "--revision <number>", description: "with --head: the revision that it stood at" },
      ],
      example: "bannerol server verify --head 3fa9c1d2a0b4 --revision 41",
      load: async () => (await import("../commands/maintenance.ts")).verify,
    },
  ],
};
