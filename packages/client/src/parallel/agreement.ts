/** Whether a candidate's result agrees with the control's. Never throws, whatever the application's functions do. */
import { MAX_HELLO_TEXT_LENGTH } from "@bannerol/protocol";
import { decidingDifference } from "./deciding.ts";
import { differenceOf, typeOf } from "./differ.ts";
import type { RunResult } from "./runs.ts";

/** How a side ended. */
export type Ended<T> =
  | { readonly ok: true; readonly value: T; readonly ms: number }
  | { readonly ok: false; readonly error: unknown; readonly ms: number };

export interface Comparison<T> {
  readonly equal?: ((control: T, candidate: T) => boolean) | undefined;
  readonly ignore?: { readonly [name: string]: (control: T, candidate: T) => boolean } | undefined;
  readonly clean?: ((value: T) => unknown) | undefined;
}

/** A result, or an error, cannot even be looked at. */
const FAILED = { agreement: "mismatch", name: "/: comparing failed" } as const;

/** `candidate` is undefined where it was given up. */
export function agreementOf<T>(control: Ended<T>, candidate: Ended<T> | undefined, how: Comparison<T>): RunResult {
  const sides = {
    controlFailed: !control.ok,
    candidateFailed: candidate?.ok === false,
    controlMs: control.ms,
    candidateMs: candidate?.ms,
  };
  if (candidate === undefined) return { agreement: "timeout", ...sides };
  if (!control.ok || !candidate.ok) return { ...safely(() => agreementOfErrors(control, candidate), FAILED), ...sides };
  const signature = safely(
    () => difference(control.value, candidate.value, how),
    () => FAILED.name,
  );
  if (signature === undefined) return { agreement: "match", ...sides };
  const known = safely(() => ignoredBy(control.value, candidate.value, how), undefined);
  if (known !== undefined) return { agreement: "ignored", name: known, ...sides };
  const name = safely(signature, FAILED.name);
  return { agreement: "mismatch", name, sample: sampleOf(control.value, candidate.value, { how, name }), ...sides };
}

/** Both failed alike: the candidate does what the control does. */
function agreementOfErrors<T>(control: Ended<T>, candidate: Ended<T>): Pick<RunResult, "agreement" | "name"> {
  if (!control.ok && !candidate.ok) {
    const [a, b] = [typeOf(control.error), typeOf(candidate.error)];
    return a === b ? { agreement: "match" } : { agreement: "mismatch", name: `/: throws ${a} ≠ ${b}` };
  }
  if (candidate.ok) return { agreement: "mismatch", name: "/: throws ≠ returns" };
  return { agreement: "error" };
}

/** How to come by its signature, which an `equal` makes costly; undefined where there is none. */
function difference<T>(control: T, candidate: T, { equal }: Comparison<T>): (() => string) | undefined {
  if (equal !== undefined) {
    return equal(control, candidate) ? undefined : () => decidingDifference(control, candidate, equal);
  }
  const signature = differenceOf(control, candidate);
  return signature === undefined ? undefined : () => signature;
}

function ignoredBy<T>(control: T, candidate: T, { ignore = {} }: Comparison<T>): string | undefined {
  return Object.entries(ignore).find(([, isKnown]) => isKnown(control, candidate))?.[0];
}

/** Paths and types, unless the application lets values go. */
function sampleOf<T>(
  control: T,
  candidate: T,
  { how, name }: { readonly how: Comparison<T>; readonly name: string },
): string | undefined {
  const { clean } = how;
  if (clean === undefined) return name.slice(0, MAX_HELLO_TEXT_LENGTH);
  return safely(() => JSON.stringify({ control: clean(control), candidate: clean(candidate) }), undefined);
}

function safely<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
