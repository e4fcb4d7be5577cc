import { comment, type OptionSyntax, type VerbSyntax } from "../syntax.ts";

const context = { flags: "--context <json>", description: `who asks, like '{"targetingKey":"u1"}'` };

const at = { flags: "--at <moment>", description: "as it was at a revision, or at an instant (RFC 3339)" };

/** Of `log`, and of `change list`, which is the same. */
export const logOptions: readonly OptionSyntax[] = [
  { flags: "--flag <key>", description: "changes of this flag alone" },
  { flags: "--segment <key>", description: "changes of this segment alone" },
  { flags: "--actor <id>", description: "changes by this person or token alone" },
  { flags: "--since <moment>", description: "after this revision, or from this instant on (RFC 3339)" },
  { flags: "--until <moment>", description: "before this revision, or up to this instant" },
  { flags: "--limit <count>", description: "how many; 20 unless named, at most 10000" },
];

export const watchCommand: VerbSyntax = {
  usage: "watch",
  summary: "changes as they happen, a line each, until Ctrl-C",
  options: [
    { flags: "--flag <key>", description: "changes of this flag alone" },
    { flags: "--segment <key>", description: "changes of this segment alone" },
    { flags: "--actor <id>", description: "changes by this token alone" },
    { flags: "--since <revision>", description: "begin after this revision; with what comes next unless named" },
    { flags: "--count <number>", description: "end after so many" },
  ],
  example: "bannerol watch --env production",
  load: async () => (await import("../commands/watch.ts")).watch,
};

/** What people want at three in the morning: first on the help page. */
export const nightCommands: readonly VerbSyntax[] = [
  {
    usage: "kill <flag>",
    summary: "off, now, whatever is running",
    options: [comment],
    waits: true,
    example: "bannerol kill new-checkout --env production",
    load: async () => (await import("../commands/kill.ts")).kill,
  },
  {
    usage: "rollout <flag> [percent]",
    summary: "give it to a share of users, or in guarded steps; 0 takes it back",
    brief: "give it to a share, or to more in steps",
    options: [
      { flags: "--variant <key>", description: "what rolls out, where the flag does not tell" },
      { flags: "--bucket-by <attribute>", description: "who stays together: targetingKey unless named" },
      { flags: "--enable", description: "enable the flag too; a release does by itself" },
      { flags: "--steps <percents>", description: "a release: 1,5,25,50,100" },
      { flags: "--every <time>", description: "how long each step is held; 10m unless named" },
      { flags: "--guard <guard>", description: "metric:measure[:tolerance]: checkout:errors:10%", repeatable: true },
      { flags: "--segment <key>", description: "to those in it alone" },
      { flags: "--approval <percent>", description: "this step wants an approval", repeatable: true },
      { flags: "--on-breach <what>", description: "rollback unless named", choices: ["rollback", "pause"] },
      {
        flags: "--on-inconclusive <what>",
        description: "pause unless named",
        choices: ["pause", "advance", "rollback"],
      },
      { flags: "--max-hold <time>", description: "when a step is inconclusive; 10 holds unless named" },
      { flags: "--at <instant>", description: 'when it begins: RFC 3339, "2026-12-01 09:00 Europe/Berlin"' },
      { flags: "--watch", description: "show it until it is over" },
      comment,
    ],
    waits: true,
    example: "bannerol rollout new-checkout 25 --env production --enable",
    load: async () => (await import("../commands/rollout.ts")).rollout,
  },
  {
    usage: "explain <flag>",
    summary: "why a context gets what it gets, step by step",
    options: [context, at],
    example: `bannerol explain new-checkout --env production --context '{"targetingKey":"u1"}'`,
    load: async () => (await import("../commands/explain.ts")).explain,
  },
  {
    usage: "eval <flag>",
    summary: "what a context gets; --test exits 10 when off",
    options: [context, at, { flags: "--test", description: "exit 10 when the flag is off: a gate in a pipeline" }],
    example: `bannerol eval new-checkout --env production --context '{"targetingKey":"u1"}' --test`,
    load: async () => (await import("../commands/eval.ts")).evaluate,
  },
  {
    usage: "log",
    summary: "who changed what, newest first",
    options: [
      ...logOptions,
      { flags: "--installation", description: "that of projects, people, tokens and webhooks; for admins of all" },
      { flags: "--verify", description: "check instead that nobody altered the history" },
      { flags: "--head <hash>", description: "with --verify: a head that was kept; its first 12 characters do" },
      { flags: "--revision <number>", description: "with --head: the revision that it stood at" },
    ],
    example: "bannerol log --flag new-checkout",
    load: async () => (await import("../commands/log.ts")).log,
  },
  {
    usage: "revert [key]",
    summary: "bring it back to how it was, as one new change",
    options: [
      { flags: "--to <moment>", description: "a revision, or an instant (RFC 3339)", required: true },
      { flags: "--everywhere", description: "the flag whole: definition and every environment" },
      { flags: "--segment", description: "the key is a segment's" },
      { flags: "--all-flags", description: "every flag of the environment; takes no key" },
      { flags: "--reuse-archived-key", description: "bring back a flag whose key was taken since; for admins" },
      { flags: "--dry-run", description: "show what would change, and change nothing" },
      comment,
    ],
    waits: true,
    example: "bannerol revert new-checkout --to 41 --env production",
    load: async () => (await import("../commands/revert.ts")).revert,
  },
];
