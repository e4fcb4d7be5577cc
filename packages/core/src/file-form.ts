/**
 * The form of a configuration file: a ruleset as people write it, with weights for allocations, and with all left out
 * that can be told from the rest. `docs/reference/model.md` says what may be left out.
 */

import { type Read, readFlag } from "./check/flag.ts";
import { type Finding, joinPath } from "./check/inspection.ts";
import { readSegment } from "./check/segment.ts";
import { murmur3 } from "./hash.ts";
import { isList, isRecord, type JsonRecord } from "./json.ts";
import { layOutWeights } from "./lay-out.ts";
import type { Flag, Rollout, RulesetDocument, Serve } from "./model.ts";
import { readRuleset, toDocument } from "./ruleset.ts";

/** A file's ruleset in full, and what is wrong with it: the flags and segments named there fail, and they alone. */
export interface NormalFile {
  readonly ruleset: RulesetDocument;
  readonly findings: readonly Finding[];
}

const envelope = { epoch: "file", revision: 0, project: "default", environment: "default", segments: {} };

/**
 * Fills in what a configuration file leaves out, and lays its weights out. A flag that cannot be read even so is left
 * as it came, to fail when it is asked for. Throws a RulesetError where the file as a whole is no ruleset.
 */
export function normalizeFile(source: unknown): NormalFile {
  const { flags, segments, ...rest } = readRuleset(isRecord(source) ? { ...envelope, ...source } : source);
  const findings: Finding[] = [];
  const wholeFlags = mapValues(flags, (key, flag) => {
    const result = readFlag(fillFlag(key, flag));
    findings.push(...under(`flags.${key}`, result));
    return "value" in result ? withAllocations(result.value) : flag;
  });
  const wholeSegments = mapValues(segments, (key, segment) => {
    const filled = isRecord(segment) ? { version: 0, included: [], excluded: [], when: null, ...segment } : segment;
    findings.push(...under(`segments.${key}`, readSegment(filled)));
    return filled;
  });
  return { ruleset: toDocument({ ...rest, flags: wholeFlags, segments: wholeSegments }), findings };
}

function mapValues(
  values: ReadonlyMap<string, unknown>,
  change: (key: string, value: unknown) => unknown,
): ReadonlyMap<string, unknown> {
  return new Map([...values].map(([key, value]) => [key, change(key, value)]));
}

function under(step: string, result: Read<unknown>): readonly Finding[] {
  const findings = "findings" in result ? result.findings : [];
  return findings.map((finding) => ({ ...finding, path: joinPath(step, finding.path) }));
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
