/** What statements are asked of: the flags of a configuration file, or those that a server serves. */
import {
  type CompiledRuleset,
  checkChains,
  compileRuleset,
  type NormalFile,
  normalizeFile,
  patternsIn,
  RulesetError,
  readRuleset,
} from "@bannerol/core";
import { type Call, openSession } from "../call.ts";
import { RefusedError } from "../errors.ts";
import { type PlacedFile, readPlacedFile } from "../placed-file.ts";

export interface Source {
  /** Of the environment that a statement names, else of the one that the command is about. */
  readonly rulesetOf: (environment: string | undefined) => Promise<CompiledRuleset>;
  /** Patterns that a server would refuse. */
  readonly refusedPatterns: readonly RefusedPart[];
  /** Documents whose references a server would refuse: they go round in a circle, or lead on too often. */
  readonly refusedReferences: readonly RefusedPart[];
}

export interface RefusedPart {
  /** As in `flags.checkout.rules[0].when.values[0]`. */
  readonly path: string;
  readonly message: string;
}

/** A file is one environment, whatever it is called. Throws `CliError` (exit code 2) where it cannot be read. */
export async function fileSource({ io }: Call, name: string): Promise<Source> {
  const file = await readPlacedFile(io, name);
  const ruleset = compileRuleset(readRuleset(normalized(file).ruleset));
  return {
    rulesetOf: async () => ruleset,
    refusedPatterns: await refusedPatterns(ruleset),
    refusedReferences: checkChains(ruleset.ruleset).map(({ kind, key, message }) => ({
      path: `${kind}s.${key}`,
      message,
    })),
  };
}

function normalized(file: PlacedFile): NormalFile {
  const found = normalize(file);
  if (found.findings.length === 0) return found;
  const faults = found.findings.map(({ kind, key, inner, path, message }) => ({
    path: [kind, key, ...stepsOf(inner)],
    message: `${path}: ${message}`,
  }));
  throw file.refuse(faults);
}

function normalize(file: PlacedFile): NormalFile {
  try {
    return normalizeFile(file.value);
  } catch (error) {
    if (error instanceof RulesetError) throw file.refuse([{ path: [], message: error.message }]);
    throw error;
  }
}

/** `rules[0].when` as steps. */
function stepsOf(path: string): readonly (string | number)[] {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** The server's own proofs, which are loaded where there is something to prove. */
async function refusedPatterns({ ruleset }: CompiledRuleset): Promise<readonly RefusedPart[]> {
  const documents = (["flags", "segments"] as const).flatMap((kind) =>
    [...ruleset[kind]].map(([key, document]) => ({ place: `${kind}.${key}`, document })),
  );
  const asking = documents.filter(({ document }) => patternsIn(document).length > 0);
  if (asking.length === 0) return [];
  const { checkPatterns, PatternProver } = await import("@bannerol/server");
  const prover = new PatternProver();
  const ports = { prove: prover.prove.bind(prover), monotonic: () => performance.now() };
  const refused: RefusedPart[] = [];
  for (const { place, document } of asking) {
    for (const { path, message } of await checkPatterns(document, ports))
      refused.push({ path: `${place}.${path}`, message });
  }
  await prover.close();
  return refused;
}

/** What the server serves was checked when it was written. */
export async function serverSource(call: Call): Promise<Source> {
  const { admin, project, environment: unlessNamed } = await openSession(call);
  const rulesets = new Map<string, Promise<CompiledRuleset>>();
  const load = async (environment: string): Promise<CompiledRuleset> => {
    const { body } = await admin.evaluations.ruleset({ project, environment });
    refuseListsElsewhere(body.segments);
    return compileRuleset(readRuleset(body));
  };
  return {
    rulesetOf(named) {
      const environment = named ?? unlessNamed();
      const loading = rulesets.get(environment) ?? load(environment);
      rulesets.set(environment, loading);
      return loading;
    },
    refusedPatterns: [],
    refusedReferences: [],
  };
}

/** Without its keys nobody would be in such a segment, and what the statements say of it would be worth nothing. */
function refuseListsElsewhere(segments: { readonly [key: string]: unknown }): void {
  const long = Object.entries(segments).find(([, segment]) =>
    ["included", "excluded"].some((name) => isLong(segment, name)),
  );
  if (long === undefined) return;
  throw new RefusedError(
    `The segment ${long[0]} is a long list of keys, which the server keeps apart. Let the server ask: bannerol invariant add --file.`,
  );
}

function isLong(segment: unknown, name: string): boolean {
  return typeof Object(segment)[name]?.list === "string";
}
