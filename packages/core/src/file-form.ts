/**
 * The form of a configuration file: a ruleset as people write it, with weights for allocations, and with all left out
 * that can be told from the rest. `docs/reference/model.md` says what may be left out.
 */

import { checkFlag, readFlag, unknownFieldsOfFlag } from "./check/flag.ts";
import { type Finding, joinPath } from "./check/inspection.ts";
import { readSegment, unknownFieldsOfSegment } from "./check/segment.ts";
import { compileRuleset } from "./compile/ruleset.ts";
import { murmur3 } from "./hash.ts";
import { isList, isRecord, type JsonRecord } from "./json.ts";
import { layOutWeights } from "./lay-out.ts";
import type { Flag, Rollout, Ruleset, RulesetDocument, RulesetIdentity, Serve } from "./model.ts";
import { readRuleset, toDocument } from "./ruleset.ts";

/** A finding in a file, and whose it is. `path` leads to it from the top; `inner` from the flag or segment. */
export interface FileFinding extends Finding {
  readonly kind: "flags" | "segments";
  readonly key: string;
  readonly inner: string;
}

/**
 * A file's ruleset in full, and what is wrong with it: a flag or a segment that cannot be read fails, and it alone; a
 * rule with a part that is not understood does not match; a field that there is not is left out of account.
 */
export interface NormalFile {
  readonly ruleset: RulesetDocument;
  readonly findings: readonly FileFinding[];
}

const unnumbered: RulesetIdentity = { epoch: "file", revision: 0 };

/**
 * Fills in what a configuration file leaves out, and lays its weights out; `identity` is for a file that does not say
 * its own. A flag that cannot be read even so is left to fail when it is asked for. Throws a RulesetError where the
 * file as a whole is no ruleset.
 */
export function normalizeFile(source: unknown, identity: RulesetIdentity = unnumbered): NormalFile {
  const envelope = { ...identity, project: "default", environment: "default", segments: {} };
  const { flags, segments, ...rest } = readRuleset(isRecord(source) ? { ...envelope, ...source } : source);
  const filled = mapValues(flags, fillFlag);
  const ruleset: Ruleset = {
    ...rest,
    flags: mapValues(filled, (_, flag) => layOutFlag(flag)),
    segments: mapValues(segments, (_, segment) => fillSegment(segment)),
  };
  const findings = [...flagFindings(ruleset), ...unreadFindings(filled), ...segmentFindings(ruleset)];
  return { ruleset: toDocument(ruleset), findings };
}

function mapValues(
  values: ReadonlyMap<string, unknown>,
  change: (key: string, value: unknown) => unknown,
): ReadonlyMap<string, unknown> {
  return new Map([...values].map(([key, value]) => [key, change(key, value)]));
}

function flagFindings(ruleset: Ruleset): readonly FileFinding[] {
  const problems = compileRuleset(ruleset).problems();
  return problems.map(({ flag, ...finding }) => inFile("flags", flag, finding));
}

/** A name that is spelt wrong: what it says is left out of account, and whoever wrote it should know. */
function unreadFindings(flags: ReadonlyMap<string, unknown>): readonly FileFinding[] {
  return [...flags].flatMap(([key, flag]) =>
    checkFlag(flag).length > 0 ? [] : unknownFieldsOfFlag(flag).map((finding) => inFile("flags", key, finding)),
  );
}

function segmentFindings({ segments }: Ruleset): readonly FileFinding[] {
  return [...segments].flatMap(([key, segment]) => {
    const read = readSegment(segment);
    const findings = "findings" in read ? read.findings : unknownFieldsOfSegment(segment);
    return findings.map((finding) => inFile("segments", key, finding));
  });
}

function inFile(kind: FileFinding["kind"], key: string, finding: Finding): FileFinding {
  return { ...finding, kind, key, inner: finding.path, path: joinPath(`${kind}.${key}`, finding.path) };
}

function fillSegment(segment: unknown): unknown {
  return isRecord(segment) ? { version: 0, included: [], excluded: [], when: null, ...segment } : segment;
}

const onAndOff = [
  { key: "on", value: true },
  { key: "off", value: false },
];

function fillFlag(key: string, flag: unknown): unknown {
  if (!isRecord(flag)) return flag;
  const { type = "boolean" } = flag;
  const { off = type === "boolean" ? "off" : undefined } = flag;
  return {
    version: 0,
    type,
    seed: murmur3(key, 0),
    ...(type === "boolean" ? { variants: onAndOff } : {}),
    enabled: true,
    off,
    prerequisites: [],
    targets: [],
    fallthrough: { variant: off },
    ...flag,
    rules: fillRules(flag.rules),
  };
}

function fillRules(rules: unknown): unknown {
  if (!isList(rules)) return rules === undefined ? [] : rules;
  return rules.map((rule, at) => (isRecord(rule) ? fillRule(rule, at + 1) : rule));
}

function fillRule(rule: JsonRecord, position: number): JsonRecord {
  return { id: `rule-${position}`, ...rule };
}

/** One that cannot be read stays as it was filled, so that what is wrong with it is told, and not what it left out. */
function layOutFlag(flag: unknown): unknown {
  const read = readFlag(flag);
  return "value" in read ? withAllocations(read.value) : flag;
}

function withAllocations(flag: Flag): Flag {
  const laidOut = (serve: Serve): Serve =>
    "rollout" in serve ? { rollout: withAllocation(serve.rollout, flag) } : serve;
  return {
    ...flag,
    rules: flag.rules.map((rule) => ({ ...rule, serve: laidOut(rule.serve) })),
    fallthrough: laidOut(flag.fallthrough),
  };
}

function withAllocation(rollout: Rollout, { variants }: Flag): Rollout {
  const { weights, ...rest } = rollout;
  return weights === undefined ? rollout : { ...rest, allocation: layOutWeights(weights, variants) };
}
