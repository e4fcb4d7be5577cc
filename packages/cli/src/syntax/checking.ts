import { comment, type NounSyntax, type VerbSyntax } from "../syntax.ts";

const commands = () => import("../commands/invariant.ts");

export const previewCommand: VerbSyntax = {
  usage: "preview <flag>",
  summary: "what a change would do, before it is made",
  brief: "what a change would do",
  options: [
    { flags: "--rollout <percent>", description: "as `bannerol rollout` would roll it out" },
    { flags: "--variant <key>", description: "with --rollout: what rolls out" },
    { flags: "--bucket-by <attribute>", description: "with --rollout: who stays together" },
    { flags: "--file <file>", description: "a targeting as JSON, or the fields that change; - is standard input" },
    { flags: "--enable", description: "the flag enabled too" },
    { flags: "--contexts <file>", description: "whom to try it on, a JSON list; made up unless named" },
  ],
  example: "bannerol preview new-checkout --env production --rollout 25",
  load: async () => (await import("../commands/preview.ts")).preview,
};

export const parallelCommand: VerbSyntax = {
  usage: "parallel <flag>",
  summary: "what came of running a new way beside the old one",
  brief: "how parallel runs compare",
  example: "bannerol parallel new-checkout --env production",
  load: async () => (await import("../commands/parallel.ts")).parallel,
};

export const diffCommand: VerbSyntax = {
  usage: "diff <from> <to>",
  summary: "what one environment does otherwise than another; exits 8 where it does",
  brief: "where environments differ",
  options: [{ flags: "--flag <key>", description: "this flag alone" }],
  example: "bannerol diff staging production",
  load: async () => (await import("../commands/diff.ts")).diff,
};

export const promoteCommand: VerbSyntax = {
  usage: "promote [flags...]",
  summary: "give flags the targeting that they have in another environment",
  brief: "carry flags over",
  options: [
    { flags: "--from <environment>", description: "where they have it", required: true },
    { flags: "--all", description: "every flag that differs" },
    { flags: "--dry-run", description: "show what would change, and change nothing" },
    comment,
  ],
  waits: true,
  example: "bannerol promote new-checkout --from staging --env production",
  load: async () => (await import("../commands/promote.ts")).promote,
};

export const testCommand: VerbSyntax = {
  usage: "test <files...>",
  summary: "whether what has to hold holds; exits 8 where it does not",
  brief: "does it hold what has to",
  options: [{ flags: "--file <flags>", description: "of the flags in this configuration file, without a server" }],
  example: "bannerol test checkout.flags.test.yaml --file flags.yaml",
  load: async () => (await import("../commands/test-statements.ts")).test,
};

export const invariantCommands: NounSyntax = {
  noun: "invariant",
  summary: "what has to hold of the flags",
  verbs: [
    {
      usage: "add [key]",
      summary: "state what has to hold; a change that breaks it is refused from then on",
      options: [
        { flags: "--flag <key>", description: "of which flag" },
        { flags: "--context <json>", description: `to whom, like '{"targetingKey":"u1"}'` },
        { flags: "--serves <variant>", description: "it serves this, or one of these", repeatable: true },
        { flags: "--never <flag=variant>", description: "never served together with the others", repeatable: true },
        { flags: "--contexts <file>", description: "with --never: whom to try, a JSON list; made up unless named" },
        { flags: "--minimum <percent>", description: "where it is enabled, it is rolled out so far" },
        { flags: "--file <file>", description: "all that a *.flags.test.yaml states" },
        comment,
      ],
      example: `bannerol invariant add free --env production --flag pricing --context '{"plan":"free"}' --serves off`,
      load: async () => (await commands()).add,
    },
    {
      usage: "list",
      summary: "show what has to hold, and whether it does now",
      example: "bannerol invariant list --env production",
      load: async () => (await commands()).list,
    },
    {
      usage: "show <invariant>",
      summary: "show one",
      example: "bannerol invariant show all-or-nothing",
      load: async () => (await commands()).show,
    },
    {
      usage: "remove <invariant>",
      summary: "state it no longer",
      options: [comment],
      example: "bannerol invariant remove all-or-nothing",
      load: async () => (await commands()).remove,
    },
  ],
};
