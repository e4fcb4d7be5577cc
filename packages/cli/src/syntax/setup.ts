import type { NounSyntax, VerbSyntax } from "../syntax.ts";

const completion = () => import("../commands/completion.ts");
const config = () => import("../commands/config.ts");

export const configCommands: NounSyntax = {
  noun: "config",
  summary: "which server, token, project and environment commands take",
  verbs: [
    {
      usage: "list",
      summary: "show every setting; secrets are masked",
      options: [{ flags: "--show-origin", description: "and where each comes from" }],
      example: "bannerol config list --show-origin",
      load: async () => (await config()).list,
    },
    {
      usage: "get <setting>",
      summary: "show one: url, token, project or environment; exits 3 where it is not set",
      example: "bannerol config get url",
      load: async () => (await config()).get,
    },
  ],
};

export const rulesetCommands: NounSyntax = {
  noun: "ruleset",
  summary: "what an environment serves, whole",
  verbs: [
    {
      usage: "export",
      summary: "print it as a configuration file, which clients read without a server",
      options: [{ flags: "--at <moment>", description: "as it was at a revision, or at an instant (RFC 3339)" }],
      example: "bannerol ruleset export --env production",
      load: async () => (await import("../commands/ruleset.ts")).exportRuleset,
    },
  ],
};

export const generateCommands: NounSyntax = {
  noun: "generate",
  summary: "files for your code, made of a project's flags",
  verbs: [
    {
      usage: "types",
      summary: "declare the flags for TypeScript: a misspelt key does not compile then",
      options: [
        { flags: "--out <file>", description: "where to write it; standard output unless named" },
        { flags: "--check", description: "write nothing, and exit 1 where the file is another" },
        { flags: "--client-side", description: "only flags that pages may know of" },
      ],
      example: "bannerol generate types --out src/flags.d.ts",
      load: async () => (await import("../commands/generate.ts")).types,
    },
  ],
};

export const completionCommands: NounSyntax = {
  noun: "completion",
  summary: "commands, options and keys, completed by your shell",
  verbs: [
    {
      usage: "bash",
      summary: "print what bash has to be told: source <(bannerol completion bash)",
      example: "bannerol completion bash",
      load: async () => (await completion()).bash,
    },
    {
      usage: "zsh",
      summary: "print what zsh has to be told: source <(bannerol completion zsh)",
      example: "bannerol completion zsh",
      load: async () => (await completion()).zsh,
    },
    {
      usage: "fish",
      summary: "print what fish has to be told: bannerol completion fish | source",
      example: "bannerol completion fish",
      load: async () => (await completion()).fish,
    },
    {
      usage: "words [typed...]",
      summary: "what may stand where the last word is: the shells ask this",
      example: 'bannerol completion words -- flag enable ""',
      load: async () => (await completion()).words,
    },
  ],
};

export const doctorCommand: VerbSyntax = {
  usage: "doctor",
  summary: "what is in the way between here, the server and its SDKs",
  brief: "what is in the way",
  options: [{ flags: "--key <key>", description: "an SDK key to try (BANNEROL_KEY)" }],
  example: "bannerol doctor --url https://flags.example.com",
  load: async () => (await import("../commands/doctor.ts")).doctor,
};
